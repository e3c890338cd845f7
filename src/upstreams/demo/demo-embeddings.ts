/** Simulated vectors: the same text always has the same one, of length 1, and nothing follows from how near two of them are. */
import { createHash } from 'node:crypto';
import type { JsonRecord } from '../json';

const DIMENSIONS = 256;
const DIMENSIONS_MAX = 4_096;

export function demoEmbeddings(request: JsonRecord): string {
  const { input, dimensions, encoding_format: format } = request;
  const many = Array.isArray(input) && typeof input[0] !== 'number';
  const inputs: unknown[] = many ? input : [input];
  const size = typeof dimensions === 'number' && dimensions >= 1 && dimensions <= DIMENSIONS_MAX ? Math.trunc(dimensions) : DIMENSIONS;
  const data = inputs.map((each, index) => {
    const vector = vectorOf(JSON.stringify(each), size);
    const embedding = format === 'base64' ? Buffer.from(Float32Array.from(vector).buffer).toString('base64') : vector;
    return { object: 'embedding', index, embedding };
  });
  const tokens = inputs.reduce((sum: number, each) => sum + tokensOf(each), 0);
  const usage = { prompt_tokens: tokens, total_tokens: tokens };
  return JSON.stringify({ object: 'list', data, model: `${String(request['model'])}-simulated`, usage });
}

/** A word is a token. */
function tokensOf(input: unknown): number {
  if (Array.isArray(input)) return input.length;
  return String(input).match(/\S+/g)?.length ?? 0;
}

function vectorOf(text: string, size: number): number[] {
  const values: number[] = [];
  for (let block = 0; values.length < size; block += 1) {
    const digest = createHash('sha256').update(`${block}:${text}`).digest();
    for (const byte of digest) values.push(byte - 127.5);
  }
  const cut = values.slice(0, size);
  const length = Math.hypot(...cut);
  return cut.map((value) => value / length);
}
