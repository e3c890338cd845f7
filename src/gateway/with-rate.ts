/** Keeps a request within the rates of its key: takes before anything is planned or held, and gives back when it has ended. */
import type { ApiKey } from '../keys/api-key';
import { hasRateLimits, type RateLimiter, type RateLimits } from '../keys/rate-limiter';
import { estimatedTokens } from '../metering/token-estimate';
import type { AnswerSink } from './completion-request';
import type { KeptAnswer } from './ending/kept-answer';
import type { Settled } from './ending/settle';
import type { Reading } from './reading/read-call';
import { tooFast } from './reading/too-fast';

export interface RatedRequest {
  readonly requestId: string;
  readonly key: ApiKey;
  /** One that cannot be read counts as a request without tokens. */
  readonly reading: Reading;
}

/** A settled request; an answer that is given again used nothing. */
type Served = Pick<Settled, 'receipt'> | KeptAnswer;

/**
 * Runs `serve` within the limits of the key. What it used is given back before the promise settles, so that a client that
 * waits for each answer never meets its own former request.
 * @throws Fault `rate_limit_exceeded`; nothing was taken then
 */
export function withRate<T extends Served>(rates: RateLimiter, rated: RatedRequest, sink: AnswerSink, serve: () => Promise<T>): Promise<T> {
  // No promise of its own for the many keys without rates.
  return hasRateLimits(rated.key.limits) ? withinRates(rates, rated, sink, serve) : serve();
}

async function withinRates<T extends Served>(
  rates: RateLimiter,
  rated: RatedRequest,
  sink: AnswerSink,
  serve: () => Promise<T>,
): Promise<T> {
  const { limits } = rated.key;
  const answer = await rates.take({ keyId: rated.key.id, requestId: rated.requestId, limits, tokens: expected(limits, rated.reading) });
  sink.announceRates(answer.levels);
  if (!answer.granted) throw tooFast(limits, answer);
  let used = 0;
  try {
    const served = await serve();
    used = tokensOf(served);
    return served;
  } finally {
    await answer.giveBack(used);
  }
}

function tokensOf(served: Served): number {
  return 'receipt' in served ? served.receipt.usage.inputTokens + served.receipt.usage.outputTokens : 0;
}

function expected({ tokensPerMinute }: RateLimits, reading: Reading): number {
  return tokensPerMinute === null || !reading.ok ? 0 : estimatedTokens(reading.call);
}
