/** Wallets in memory that grow by steps, and what a follower is told of them. */
import { Interrupt } from '../../src/kernel/interrupt';
import { nano } from '../../src/kernel/money';
import { positionOfCursor } from '../../src/ledger/spend-cursor';
import { type SpendEvent, tailSpend } from '../../src/ledger/spend-tail';
import type { LedgerEntry } from '../../src/ledger/wallet';
import type { HistoryStep, WalletHead, WalletHistory } from '../../src/ledger/wallet-history';

function entry(id: string, walletId: string, apiKeyId = 'k'): LedgerEntry {
  const amounts = { amount: nano(-1n), balanceBefore: nano(2n), balanceAfter: nano(1n) };
  const links = { apiKeyId, receiptId: id, runId: null, memo: null, createdAt: 0, cursor: id };
  return { id, walletId, bucket: 'RMB', batchId: 'b', kind: 'CHARGE', ...amounts, ...links };
}

export class MemoryWalletHistory implements WalletHistory {
  readonly steps = new Map<string, HistoryStep[]>();

  /** In seconds; `grow` counts it up. */
  time = 1_000;

  grow(walletId: string, ...ids: string[]): void {
    this.growAt(++this.time, walletId, ...ids);
  }

  growAt(second: number, walletId: string, ...ids: string[]): void {
    const steps = this.steps.get(walletId) ?? [];
    const atUs = BigInt(second) * 1_000_000n;
    steps.push({ walletId, seq: BigInt(steps.length + 1), atUs, entries: ids.map((id) => entry(id, walletId)), heldAfter: nano(0n) });
    this.steps.set(walletId, steps);
  }

  heads(accountId: string | null): Promise<ReadonlyMap<string, WalletHead>> {
    const mine = [...this.steps].filter(([walletId]) => accountId === null || walletId.startsWith(`${accountId}:`));
    return Promise.resolve(
      new Map(mine.map(([walletId, steps]) => [walletId, { seq: BigInt(steps.length), atUs: steps.at(-1)?.atUs ?? 0n }])),
    );
  }

  sequenceAt(walletId: string, until: bigint): Promise<bigint> {
    return Promise.resolve(BigInt((this.steps.get(walletId) ?? []).filter(({ atUs }) => atUs <= until).length));
  }

  after(walletId: string, seq: bigint, limit: number): Promise<readonly HistoryStep[]> {
    return Promise.resolve((this.steps.get(walletId) ?? []).slice(Number(seq), Number(seq) + limit));
  }
}

export const clock = { now: () => 10_000_000 };
const silentDoorbell = { rings: () => 0, next: () => new Promise<void>((resolve) => setImmediate(resolve)) };
export const ALL = (_entry: LedgerEntry) => true;

export async function take(
  history: WalletHistory,
  count: number,
  after: string | null = null,
  accountId: string | null = 'acme',
  wants = ALL,
) {
  const signal = new Interrupt<'enough'>();
  const selection = { accountId, wants, after: after === null ? null : positionOfCursor(after) };
  const events: SpendEvent[] = [];
  for await (const event of tailSpend({ history, doorbell: silentDoorbell, clock }, selection, signal)) {
    events.push(event);
    if (events.length === count) break;
  }
  return events;
}

export const ids = (events: readonly SpendEvent[]) => events.map((event) => event.entry.id);
