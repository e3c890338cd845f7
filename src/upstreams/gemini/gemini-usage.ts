/** Reads Gemini's `usageMetadata`. It leaves out counts that are zero, and counts thoughts beside the candidates, not among them. */

import { isRecord } from '../../kernel/record';
import { providerUsage, tokenCount, type Usage } from '../../metering/usage';
import { type JsonRecord, recordOf } from '../json';

/** What has arrived: nothing, an answer, or, at its end, thoughts alone, which are counted apart. */
export type Written = 'nothing' | 'answer' | 'thoughts-alone';

/**
 * The usage that the provider counted, or undefined when there is none that can be read. A candidates' count that is left out is zero where
 * nothing has arrived, and is missing once output has.
 */
export function readGeminiUsage(metadata: unknown, wrote: Written): Usage | undefined {
  if (!isRecord(metadata)) return undefined;
  const { promptTokenCount: prompt } = metadata;
  const toolUse = metadata['toolUsePromptTokenCount'] ?? 0;
  const thoughts = metadata['thoughtsTokenCount'] ?? 0;
  const written = metadata['candidatesTokenCount'] ?? writtenOf(metadata, wrote);
  return providerUsage({
    input: sumOf(prompt, toolUse),
    cachedInput: metadata['cachedContentTokenCount'],
    output: sumOf(written, thoughts),
    reasoning: thoughts,
    classes: {
      audioInputTokens: freshOf(metadata, 'AUDIO'),
      imageInputTokens: freshOf(metadata, 'IMAGE'),
      audioOutputTokens: tokensOf(metadata['candidatesTokensDetails'], 'AUDIO'),
      imageOutputTokens: tokensOf(metadata['candidatesTokensDetails'], 'IMAGE'),
    },
  });
}

/** What the total says of candidates that are not counted themselves. */
function writtenOf({ totalTokenCount: total, promptTokenCount, toolUsePromptTokenCount, thoughtsTokenCount }: JsonRecord, wrote: Written) {
  if (wrote === 'nothing') return 0;
  const others = [promptTokenCount, toolUsePromptTokenCount, thoughtsTokenCount].map((count) => tokenCount(count) ?? 0);
  const rest = others.reduce((left, count) => left - count, tokenCount(total) ?? 0);
  if (rest > 0) return rest;
  // All that arrived is among the thoughts, and with these the total is whole.
  return wrote === 'thoughts-alone' && rest === 0 && thoughtsTokenCount ? 0 : undefined;
}

/** undefined when one of them is no count. */
function sumOf(...counts: readonly unknown[]): number | undefined {
  let sum = 0;
  for (const value of counts) {
    const count = tokenCount(value);
    if (count === undefined) return undefined;
    sum += count;
  }
  return sum;
}

type Modality = 'AUDIO' | 'IMAGE';

/** What was read from a cache is cached input, whatever it was. */
function freshOf({ promptTokensDetails, cacheTokensDetails }: JsonRecord, modality: Modality): number | undefined {
  const all = tokenCount(tokensOf(promptTokensDetails, modality));
  return all === undefined ? undefined : Math.max(0, all - (tokenCount(tokensOf(cacheTokensDetails, modality)) ?? 0));
}

function tokensOf(details: unknown, modality: Modality): unknown {
  if (!Array.isArray(details)) return undefined;
  return recordOf(details.find((detail) => recordOf(detail)['modality'] === modality))['tokenCount'];
}
