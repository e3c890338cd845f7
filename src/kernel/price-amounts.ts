/** What is paid for tokens, whoever pays it: in nano units per one million tokens. */
import type { Nano } from './money';
import type { PricedApart } from './priced-apart';

export interface PlainAmounts {
  readonly input: Nano;
  /** null: as `input`, as the next one. */
  readonly cachedInput: Nano | null;
  readonly cacheWrite: Nano | null;
  readonly output: Nano;
  /** For each request that used something. */
  readonly perRequest: Nano | null;
}

export interface PriceAmounts extends PlainAmounts, PricedApart {}
