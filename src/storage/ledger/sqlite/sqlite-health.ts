import type { Clock } from '../../../kernel/clock';
import { inTime } from '../open-ledger';

const KEPT_MS = 1_000;

/** Each proof costs a commit: a good one serves all who ask within a second, so that asking often slows no batch. */
export class SqliteHealth {
  private goodUntil = Number.NEGATIVE_INFINITY;
  private asking: Promise<boolean> | null = null;

  /** `prove` rejects while the database cannot be written. */
  constructor(
    private readonly prove: () => Promise<unknown>,
    private readonly clock: Pick<Clock, 'monotonic'>,
  ) {}

  /** Answered within two seconds. Never rejects. */
  async isGood(): Promise<boolean> {
    if (this.clock.monotonic() < this.goodUntil) return true;
    this.asking ??= this.ask();
    return this.asking;
  }

  /** For whoever met trouble meanwhile: the next one who asks gets no answer of before. */
  doubt(): void {
    this.goodUntil = Number.NEGATIVE_INFINITY;
  }

  private async ask(): Promise<boolean> {
    const isGood = await inTime(this.prove());
    if (isGood) this.goodUntil = this.clock.monotonic() + KEPT_MS;
    this.asking = null;
    return isGood;
  }
}
