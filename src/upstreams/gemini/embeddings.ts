/** Embeddings: `:batchEmbedContents` takes several texts, and nothing else. */
import { plainInputs } from '../../metering/plain-input';
import { providerUsage } from '../../metering/usage';
import type { AnswerFrame } from '../conversation/client-shape';
import type { Inexpressible } from '../conversation/conversation';
import { checkMembers, Unsayable, unsayable } from '../conversation/unsayable';
import { MALFORMED } from '../failure';
import { type JsonRecord, recordOf } from '../json';
import type { Understanding } from './readers';
import { resourceName } from './resource-name';
import type { Asked } from './wanted';

const CARRIED: ReadonlySet<string> = new Set(['model', 'input', 'dimensions', 'encoding_format', 'user', 'metadata', 'stream']);

/** What is sent for a request in OpenAI's shape, or what of it cannot be. */
export function geminiEmbeddings(json: JsonRecord, upstreamModel: string): Asked | Inexpressible {
  try {
    checkMembers(json, '', CARRIED);
    const inBase64 = json['encoding_format'] === 'base64';
    return {
      method: 'batchEmbedContents',
      streamed: false,
      body: { requests: textsIn(json['input']).map((text) => requestOf(text, json['dimensions'], upstreamModel)) },
      understand: (_channel, frame) => embeddingsOf(frame, inBase64),
    };
  } catch (error) {
    if (error instanceof Unsayable) return { obstacle: error.message };
    throw error;
  }
}

function textsIn(input: unknown): string[] {
  return (plainInputs(input) ?? []).map((each) => {
    if (each.tokens > 0) throw unsayable('input', 'cannot be tokens there: send the text');
    return each.text;
  });
}

function requestOf(text: string, dimensions: unknown, upstreamModel: string): JsonRecord {
  const size = typeof dimensions === 'number' ? { outputDimensionality: dimensions } : {};
  return { model: resourceName(upstreamModel), content: { parts: [{ text }] }, ...size };
}

function embeddingsOf({ model }: AnswerFrame, inBase64: boolean): Understanding {
  return ({ embeddings, usageMetadata }) => {
    const vectors = Array.isArray(embeddings) ? embeddings.map((each) => recordOf(each)['values']) : [];
    if (vectors.length === 0 || !vectors.every(isVector)) return MALFORMED;
    const data = vectors.map((values, index) => ({ object: 'embedding', index, embedding: inBase64 ? base64Of(values) : values }));
    const usage = providerUsage({ input: recordOf(usageMetadata)['promptTokenCount'], output: 0 });
    const counted = usage && { usage: { prompt_tokens: usage.inputTokens, total_tokens: usage.inputTokens } };
    return { reportedModel: null, usage, outputText: '', rewritten: JSON.stringify({ object: 'list', data, model, ...counted }) };
  };
}

function isVector(values: unknown): values is number[] {
  return Array.isArray(values) && values.every((value) => typeof value === 'number');
}

/** As OpenAI sends it: floats of 32 bits, little-endian. */
function base64Of(values: readonly number[]): string {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeFloatLE(value, index * 4);
  return bytes.toString('base64');
}
