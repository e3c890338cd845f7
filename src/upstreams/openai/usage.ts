/** Reads OpenAI's usage object, with the spellings that compatible providers have for cached tokens. */

import { isRecord } from '../../kernel/record';
import { NO_USAGE, providerUsage, tokenCount, type Usage } from '../../metering/usage';
import { type JsonRecord, recordOf } from '../json';

/** Asked for nearly every answer, and found in nearly none. */
function mediaOf({ audio_tokens: heard, image_tokens: seen }: JsonRecord, { audio_tokens: spoken, image_tokens: drawn }: JsonRecord) {
  if (!heard && !seen && !spoken && !drawn) return undefined;
  return { classes: { audioInputTokens: heard, imageInputTokens: seen, audioOutputTokens: spoken, imageOutputTokens: drawn } };
}

/** The usage of pictures: `images` of them. Output that is not said to be text is picture. ByteDance counts no input: its output is the total. */
export function readImageUsage(usage: unknown, images: number): Usage | undefined {
  if (!isRecord(usage)) return undefined;
  const { output_tokens: output, total_tokens: total } = usage;
  const input = usage['input_tokens'] ?? (total === output ? 0 : undefined);
  const imageInputTokens = recordOf(usage['input_tokens_details'])['image_tokens'];
  const imageOutputTokens = recordOf(usage['output_tokens_details'])['image_tokens'] ?? output;
  return providerUsage({ input, output, classes: { imageInputTokens, imageOutputTokens, images } });
}

/**
 * The usage of a transcription: tokens, or the seconds that were heard, which stand beside it in answers that have no usage. Some
 * say them as text.
 */
export function readTranscriptUsage({ usage, duration }: JsonRecord): Usage | undefined {
  if (!isRecord(usage)) return heard(duration);
  if (usage['type'] === 'duration') return heard(usage['seconds']);
  const { audio_tokens: audioInputTokens } = recordOf(usage['input_token_details']);
  return providerUsage({ input: usage['input_tokens'], output: usage['output_tokens'], classes: { audioInputTokens } }) ?? heard(duration);
}

/** The usage of speech, whose output is audio alone. */
export function readSpeechUsage(usage: unknown): Usage | undefined {
  if (!isRecord(usage)) return undefined;
  const { input_tokens: input, output_tokens: output } = usage;
  return providerUsage({ input, output, classes: { audioOutputTokens: output } });
}

const SECONDS = /^\d{1,7}(\.\d+)?$/;
const SECONDS_MAX = 1_000_000;

function heard(seconds: unknown): Usage | undefined {
  const value = typeof seconds === 'string' && SECONDS.test(seconds) ? Number(seconds) : seconds;
  if (typeof value !== 'number' || !(value >= 0 && value <= SECONDS_MAX)) return undefined;
  // A zero is a value: nothing is counted in its place.
  return { ...NO_USAGE, source: 'PROVIDER', classes: { milliseconds: Math.round(value * 1_000) } };
}

/** The usage of a response, which has names of its own. */
export function readResponseUsage(usage: unknown): Usage | undefined {
  if (!isRecord(usage)) return undefined;
  const input = recordOf(usage['input_tokens_details']);
  return providerUsage({
    input: usage['input_tokens'],
    output: usage['output_tokens'],
    cachedInput: input['cached_tokens'],
    cacheWrite: mostOf(CACHE_WRITES.map((name) => input[name])),
    reasoning: recordOf(usage['output_tokens_details'])['reasoning_tokens'],
  });
}

/** The usage of an answer without output: `total_tokens` stands in where a provider leaves out `prompt_tokens`. */
export function readInputUsage(usage: unknown): Usage | undefined {
  if (!isRecord(usage)) return undefined;
  return providerUsage({ input: usage['prompt_tokens'] ?? usage['total_tokens'], output: 0 });
}

/**
 * As OpenRouter, LiteLLM and Alibaba spell it, as new-api does (https://github.com/QuantumNous/new-api, `InputTokenDetails`), and as Requesty
 * does, in turn.
 */
const CACHE_WRITES = [
  'cache_write_tokens',
  'cache_creation_tokens',
  'cache_creation_input_tokens',
  'cached_creation_tokens',
  'caching_tokens',
] as const;

/** Of what tells the same in several places: servers that write every member that they know leave a zero in those that were not told them. */
function mostOf(told: readonly unknown[]): number | undefined {
  const counts = told.map(tokenCount).filter((count) => count !== undefined);
  return counts.length === 0 ? undefined : Math.max(...counts);
}

/**
 * The usage of a chunk, wherever it stands: in `x_groq` in streams of Groq that were not asked for it (`XGroq` of its SDK), in the choice that
 * ends with Moonshot (https://platform.moonshot.ai/docs/api/chat).
 */
export function usageIn({ usage, x_groq: groq, choices }: JsonRecord): unknown {
  const beside = usage ?? recordOf(groq)['usage'];
  if (beside !== undefined && beside !== null) return beside;
  const told: unknown = Array.isArray(choices) ? choices.find((choice) => isRecord(recordOf(choice)['usage'])) : undefined;
  return recordOf(told)['usage'];
}

/** The usage that a provider sent, or undefined when there is none that can be read. */
export function readUsage(usage: unknown): Usage | undefined {
  if (!isRecord(usage)) return undefined;
  const input = recordOf(usage['prompt_tokens_details']);
  const output = recordOf(usage['completion_tokens_details']);
  return providerUsage({
    input: usage['prompt_tokens'],
    cachedInput: mostOf([input['cached_tokens'], usage['prompt_cache_hit_tokens'], usage['cached_tokens']]),
    cacheWrite: mostOf([...CACHE_WRITES.map((name) => input[name]), usage['cache_creation_input_tokens']]),
    ...outputOf(usage, output['reasoning_tokens'] ?? usage['reasoning_tokens']),
    ...mediaOf(input, output),
  });
}

/**
 * With OpenAI, reasoning is a part of `completion_tokens`. xAI counts it beside them and bills it as output: there the total is
 * more than its two parts by just that. A total that is more for no reason that is told is nobody's tokens. Perplexity's deep research counts it
 * beside them and leaves it out of the total as well: it is known by what it counts beside (https://docs.perplexity.ai/getting-started/pricing).
 */
function outputOf({ prompt_tokens, completion_tokens: output, total_tokens, citation_tokens: cited }: JsonRecord, reasoning: unknown) {
  const [input, written, total, thought] = [prompt_tokens, output, total_tokens, reasoning].map(tokenCount);
  if (tokenCount(cited) !== undefined && written !== undefined && thought !== undefined) return { output: written + thought, reasoning };
  if (input === undefined || written === undefined || total === undefined) return { output, reasoning };
  const beside = total - input - written;
  return beside > 0 && reasoning === beside ? { output: written + beside, reasoning } : { output, reasoning };
}
