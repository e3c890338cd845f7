/** A ledger in memory with the rules of the real ones: for tests of what calls it. */
import type { Checkpoint, EndRequest, LedgerBatch, LedgerItem, LedgerStore, LedgerVerdict, PlaceHold } from '../../src/ledger/ledger-store';
import type { ReceiptRecord } from '../../src/ledger/receipt';

interface MemoryWallet {
  posted: bigint;
  held: bigint;
}

export class MemoryLedger implements LedgerStore {
  lanes: LedgerStore['lanes'] = 'one';
  readonly wallets = new Map<string, MemoryWallet>();
  readonly open = new Map<string, PlaceHold>();
  readonly receipts = new Map<string, ReceiptRecord>();
  readonly ends: EndRequest[] = [];
  readonly batchSizes: number[] = [];
  /** The checkpoints of each call. */
  readonly checkpoints: Checkpoint[][] = [];
  /** Called before each of them: throw to fail it, await to hold it up. */
  beforeCheckpoint: () => unknown = () => undefined;
  /** Called with each batch before it is written: throw to fail it, await to hold it up. */
  beforeWrite: (batch: LedgerBatch) => unknown = () => undefined;

  fund(walletId: string, posted: bigint): void {
    this.wallets.set(walletId, { posted, held: 0n });
  }

  async checkpoint(checkpoints: readonly Checkpoint[]): Promise<void> {
    await this.beforeCheckpoint();
    this.checkpoints.push([...checkpoints]);
  }

  async write(batch: LedgerBatch): Promise<readonly LedgerVerdict[]> {
    await this.beforeWrite(batch);
    this.batchSizes.push(batch.items.length);
    return batch.items.map((item) => this.apply(item));
  }

  private apply(item: LedgerItem): LedgerVerdict {
    if (item.kind === 'place') return this.place(item);
    if (item.kind === 'end') return this.end(item);
    this.wallet(item.walletId).posted += item.amount;
    return { verdict: 'done' };
  }

  private place(item: PlaceHold): LedgerVerdict {
    const wallet = this.wallet(item.walletId);
    const available = wallet.posted - wallet.held;
    if (available < item.atLeast) return { verdict: 'insufficient', available };
    const amount = available < item.amount ? available : item.amount;
    wallet.held += amount;
    this.open.set(item.holdId, item);
    if (item.replaces !== null) this.giveBack(item.replaces);
    return { verdict: 'granted', amount };
  }

  private end(item: EndRequest): LedgerVerdict {
    if (item.hold !== null) {
      if (!this.open.has(item.hold.holdId)) return { verdict: 'not_open' };
      this.giveBack(item.hold);
      this.wallet(item.hold.walletId).posted -= item.receipt.charge;
    }
    this.receipts.set(item.receipt.requestId, item.receipt);
    this.ends.push(item);
    return { verdict: 'done' };
  }

  private giveBack(hold: { readonly holdId: string; readonly walletId: string; readonly amount: bigint }): void {
    this.open.delete(hold.holdId);
    this.wallet(hold.walletId).held -= hold.amount;
  }

  private wallet(id: string): MemoryWallet {
    const wallet = this.wallets.get(id);
    if (wallet === undefined) throw new Error(`no wallet ${id}`);
    return wallet;
  }
}
