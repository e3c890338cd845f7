/** Keeps a request within the rates of its key and its account: takes before anything is planned or held, and gives back when it has ended. */
import type { ApiKey } from '../keys/api-key';
import { type RateHolder, rateHoldersOf } from '../keys/rate-holders';
import type { RateLimiter, RateLimits } from '../keys/rate-limiter';
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
 * Runs `serve` within the limits of the key and those of its account. What it used is given back before the promise settles, so that a
 * client that waits for each answer never meets its own former request. The client is told of the key's limits, or else of its account's;
 * and of those that refuse it.
 * @throws Fault `rate_limit_exceeded`; nothing is taken then of what refuses, nor of what would be asked next
 */
export function withRate<T extends Served>(rates: RateLimiter, rated: RatedRequest, sink: AnswerSink, serve: () => Promise<T>): Promise<T> {
  // No promise of its own for the many keys without rates.
  return rateHoldersOf(rated.key).reduceRight(
    (inner, holder, nth) => () => withinRates(rates, { holder, nth }, rated, sink, inner),
    serve,
  )();
}

async function withinRates<T extends Served>(
  rates: RateLimiter,
  { holder, nth }: { readonly holder: RateHolder; readonly nth: number },
  { requestId, reading }: RatedRequest,
  sink: AnswerSink,
  serve: () => Promise<T>,
): Promise<T> {
  const { id, limits } = holder;
  // A slot for each holder: no two in flight have the same name.
  const answer = await rates.take({ holder: id, requestId: `${requestId} ${id}`, limits, tokens: expected(limits, reading) });
  if (nth === 0 || !answer.granted) sink.announceRates(answer.levels);
  if (!answer.granted) throw tooFast(holder, answer);
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
