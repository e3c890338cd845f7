/**
 * One reading for many followers. Whoever asks where the wallets stand shares an answer until somebody rings, and steps that were
 * read once are kept for a while: they never change. So a thousand followers of a wallet cost as much as one.
 */
import type { Clock } from '../kernel/clock';
import type { Doorbell } from './spend-tail';
import type { HistoryStep, WalletHead, WalletHistory } from './wallet-history';

const KEPT_MAX = 500;
/** What nobody rang for, such as what another process wrote, is seen this much later at most. */
const HEADS_MS = 250;

interface Heads {
  readonly rings: number;
  readonly at: number;
  readonly answer: Promise<ReadonlyMap<string, WalletHead>>;
}

export class SharedHistory implements WalletHistory {
  private readonly headsOf = new Map<string | null, Heads>();
  private readonly steps = new Map<string, Promise<readonly HistoryStep[]>>();

  constructor(
    private readonly source: WalletHistory,
    private readonly doorbell: Pick<Doorbell, 'rings'>,
    private readonly clock: Pick<Clock, 'monotonic'>,
  ) {}

  /** Everything that was rung for before is in it. */
  heads(accountId: string | null): Promise<ReadonlyMap<string, WalletHead>> {
    const [rings, at] = [this.doorbell.rings(), this.clock.monotonic()];
    const asked = this.headsOf.get(accountId);
    if (asked !== undefined && asked.rings === rings && at - asked.at < HEADS_MS) return asked.answer;
    const answer = this.source.heads(accountId);
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
