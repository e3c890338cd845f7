/**
 * One reading for many followers. Whoever asks for the same within one turn of the event loop shares an answer, and steps
 * that were read once are kept for a while: they never change. So a thousand followers of a wallet cost as much as one.
 */
import type { HistoryStep, WalletHistory } from './wallet-history';

const KEPT_MAX = 500;

export class SharedHistory implements WalletHistory {
  private headsAsked = new Map<string | null, Promise<ReadonlyMap<string, bigint>>>();
  private readonly steps = new Map<string, Promise<readonly HistoryStep[]>>();

  constructor(private readonly source: WalletHistory) {}

  heads(accountId: string | null): Promise<ReadonlyMap<string, bigint>> {
    const asked = this.headsAsked.get(accountId);
    if (asked !== undefined) return asked;
    if (this.headsAsked.size === 0) setImmediate(() => this.forgetHeads());
    const heads = this.source.heads(accountId);
    this.headsAsked.set(accountId, heads);
    return heads;
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

  private forgetHeads(): void {
    this.headsAsked = new Map();
  }
}
