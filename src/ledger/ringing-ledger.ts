/** Rings the doorbell of every wallet whose history a batch has lengthened. */
import type { LedgerBatch, LedgerItem, LedgerStore, LedgerVerdict } from './ledger-store';

export interface Bell {
  /** Never fails, and does not wait for anybody. */
  ring(walletIds: readonly string[]): void;
}

export function ringing(store: LedgerStore, bell: Bell): LedgerStore {
  return {
    lanes: store.lanes,
    checkpoint: (checkpoints) => store.checkpoint(checkpoints),
    write: async (batch: LedgerBatch): Promise<readonly LedgerVerdict[]> => {
      const verdicts = await store.write(batch);
      const grown = batch.items.filter((item, at) => verdicts[at]?.verdict === 'done' && movesMoney(item)).map(walletOf);
      if (grown.length > 0) bell.ring([...new Set(grown)]);
      return verdicts;
    },
  };
}

function movesMoney(item: LedgerItem): boolean {
  return item.kind === 'move' || (item.kind === 'end' && item.receipt.charge > 0n);
}

function walletOf(item: LedgerItem): string {
  if (item.kind === 'end') return item.hold?.walletId ?? '';
  return item.walletId;
}
