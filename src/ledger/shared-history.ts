/**
 * One reading for many followers. Whoever asks where the wallets stand shares an answer until somebody rings, and steps that were
 * read once are kept for a while: they never change. So a thousand followers of a wallet cost as much as one. And where all wallets stand,
 * which with many of them is long to read, is read a part of the time only, however often somebody rings.
 */
import type { Clock } from '../kernel/clock';
import type { Doorbell } from './spend-tail';
import type { HistoryStep, WalletHead, WalletHistory } from './wallet-history';

const KEPT_MAX = 500;
/** What nobody rang for, such as what another process wrote, is seen this much later at most. */
const HEADS_MS = 250;
/** After all wallets were read they rest for so many times as long, and for no longer than a follower sleeps. */
const REST_TIMES = 9;
const REST_MAX_MS = 1_000;

interface Heads {
  readonly rings: number;
  readonly at: number;
  readonly answer: Promise<ReadonlyMap<string, WalletHead>>;
}

export class SharedHistory implements WalletHistory {
  private readonly headsOf = new Map<string | null, Heads>();
  private readonly steps = new Map<string, Promise<readonly HistoryStep[]>>();
  private readonly all = new Rested(this.source, this.clock);

  constructor(
    private readonly source: WalletHistory,
    private readonly doorbell: Pick<Doorbell, 'rings'>,
    private readonly clock: Pick<Clock, 'monotonic' | 'sleep'>,
  ) {}

  /** Everything that was rung for before is in it. */
  heads(accountId: string | null): Promise<ReadonlyMap<string, WalletHead>> {
    const [rings, at] = [this.doorbell.rings(), this.clock.monotonic()];
    const asked = this.headsOf.get(accountId);
    if (asked !== undefined && asked.rings === rings && at - asked.at < HEADS_MS) return asked.answer;
    const answer = accountId === null ? this.all.heads() : this.source.heads(accountId);
    const heads: Heads = { rings, at, answer };
    this.headsOf.delete(accountId);
    this.headsOf.set(accountId, heads);
    if (this.headsOf.size > KEPT_MAX) this.headsOf.delete(this.headsOf.keys().next().value ?? null);
    answer.catch(() => this.headsOf.get(accountId) === heads && this.headsOf.delete(accountId));
    return answer;
  }

  sequenceAt(walletId: string, atUs: bigint): Promise<bigint> {
    return this.source.sequenceAt(walletId, atUs);
  }

  after(walletId: string, seq: bigint, limit: number): Promise<readonly HistoryStep[]> {
    const question = `${walletId} ${seq} ${limit}`;
    const known = this.steps.get(question);
    if (known !== undefined) return known;
    const steps = this.source.after(walletId, seq, limit);
    this.steps.set(question, steps);
    if (this.steps.size > KEPT_MAX) this.steps.delete(this.steps.keys().next().value ?? '');
    // Nothing, or a failure, is no answer for later. Fewer steps than there are by now are: the follower asks again.
    const forget = () => this.steps.delete(question);
    steps.then((found) => found.length === 0 && forget(), forget);
    return steps;
  }
}

/** Reads where all wallets stand: once at a time, and with rests between. */
class Rested {
  /** What is asked for and not begun to be read: everything that is rung for until then will be in it. */
  private next: Promise<ReadonlyMap<string, WalletHead>> | null = null;
  private reading: Promise<void> = Promise.resolve();
  private restsUntil = 0;

  constructor(
    private readonly source: Pick<WalletHistory, 'heads'>,
    private readonly clock: Pick<Clock, 'monotonic' | 'sleep'>,
  ) {}

  heads(): Promise<ReadonlyMap<string, WalletHead>> {
    this.next ??= this.rested();
    return this.next;
  }

  private async rested(): Promise<ReadonlyMap<string, WalletHead>> {
    const { clock } = this;
    await this.reading;
    const restMs = this.restsUntil - clock.monotonic();
    if (restMs > 0) await clock.sleep(restMs);
    this.next = null;
    const began = clock.monotonic();
    const heads = this.source.heads(null);
    const ended = () => {
      const now = clock.monotonic();
      this.restsUntil = now + Math.min((now - began) * REST_TIMES, REST_MAX_MS);
    };
    this.reading = heads.then(ended, ended);
    return heads;
  }
}
