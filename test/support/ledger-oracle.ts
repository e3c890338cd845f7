/** The rules of the ledger told a second time, as simply as possible, for random histories to be compared with. */
import type { EndRequest, LedgerItem, LedgerVerdict, MoveMoney, PlaceHold } from '../../src/ledger/ledger-store';

interface OracleWallet {
  posted: bigint;
  held: bigint;
}

export class LedgerOracle {
  readonly wallets = new Map<string, OracleWallet>();
  readonly open = new Map<string, { walletId: string; amount: bigint }>();
  private readonly moved = new Map<string, string>();
  private readonly ended = new Set<EndRequest>();

  apply(item: LedgerItem): LedgerVerdict {
    if (item.kind === 'place') return this.place(item);
    return item.kind === 'end' ? this.end(item) : this.move(item);
  }

  private place({ holdId, walletId, amount, atLeast, replaces }: PlaceHold): LedgerVerdict {
    if (replaces !== null && !this.open.has(replaces.holdId)) return { verdict: 'not_open' };
    const wallet = this.wallet(walletId);
    const available = wallet.posted - wallet.held;
    if (available < atLeast) return { verdict: 'insufficient', available };
    const granted = available < amount ? available : amount;
    wallet.held += granted;
    this.open.set(holdId, { walletId, amount: granted });
    if (replaces !== null) this.giveBack(replaces.holdId);
    return { verdict: 'granted', amount: granted };
  }

  private end(item: EndRequest): LedgerVerdict {
    if (this.ended.has(item)) return { verdict: 'done' };
    if (item.hold !== null) {
      if (!this.open.has(item.hold.holdId)) return { verdict: 'not_open' };
      this.giveBack(item.hold.holdId);
      this.wallet(item.hold.walletId).posted -= item.receipt.charge;
    }
    this.ended.add(item);
    return { verdict: 'done' };
  }

  private move({ externalKey, transferId, walletId, amount }: MoveMoney): LedgerVerdict {
    const before = this.moved.get(externalKey);
    if (before !== undefined) return { verdict: 'duplicate', transferId: before };
    const wallet = this.wallet(walletId);
    const available = wallet.posted - wallet.held;
    if (available + amount < 0n) return { verdict: 'insufficient', available };
    wallet.posted += amount;
    this.moved.set(externalKey, transferId);
    return { verdict: 'done' };
  }

  private giveBack(holdId: string): void {
    const hold = this.open.get(holdId);
    if (hold === undefined) return;
    this.wallet(hold.walletId).held -= hold.amount;
    this.open.delete(holdId);
  }

  private wallet(id: string): OracleWallet {
    const known = this.wallets.get(id) ?? { posted: 0n, held: 0n };
    this.wallets.set(id, known);
    return known;
  }
}
