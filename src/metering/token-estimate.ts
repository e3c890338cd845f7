/**
 * What a request is expected to use, for limits of tokens per minute. The bound that a hold is made on is several times
 * too high for that: here four bytes of text count as a token, and four tokens are added for each message. Media count nothing, and
 * no output is expected where the client set no limit: after the answer the real usage takes the place of the estimate.
 */
import type { InputBoundModel } from './input-bound';

const BYTES_PER_TOKEN = 4;
const TEXT_ALONE = { contextWindow: Number.MAX_SAFE_INTEGER, mediaPartTokens: 0 };

export interface EstimatedCall {
  readonly endpoint: { inputBound(json: Readonly<Record<string, unknown>>, model: InputBoundModel): number };
  readonly body: { readonly json: Readonly<Record<string, unknown>> };
  readonly outputLimit: number | undefined;
  readonly choices: number;
}

export function estimatedTokens({ endpoint, body, outputLimit, choices }: EstimatedCall): number {
  return Math.ceil(endpoint.inputBound(body.json, TEXT_ALONE) / BYTES_PER_TOKEN) + (outputLimit ?? 0) * choices;
}
