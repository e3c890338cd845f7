/** What became of a batch that committed without an answer: its rows say it. */
import type { LedgerVerdict } from '../../ledger/ledger-store';
import { type Exchange, rowsOf } from './mysql-connections';
import { select } from './mysql-text';
import type { PreparedBatch, PreparedItem, PreparedMove, PreparedPlace } from './prepare';
import { holdsNamedBy, keysNamedBy, receiptIdOf, receiptsNamedBy, walletsNamedBy } from './references';

interface Traces {
  /** Placed holds and their amounts. */
  readonly granted: ReadonlyMap<string, string>;
  readonly receipts: ReadonlyMap<string, string>;
  /** Transfers by external key. */
  readonly moved: ReadonlyMap<string, string>;
  /** What each wallet can spend now. */
  readonly available: ReadonlyMap<string, string>;
  /** Holds that are not open any more. */
  readonly ended: ReadonlyMap<string, string>;
}

export async function verdictsOfWritten(exchange: Exchange, batch: PreparedBatch): Promise<readonly LedgerVerdict[]> {
  const traces = await readTraces(exchange, batch.items);
  return batch.items.map((item) => verdictOf(item, traces));
}

async function readTraces(exchange: Exchange, items: readonly PreparedItem[]): Promise<Traces> {
  const placed = items.flatMap((item) => (item.kind === 'place' ? [item.holdId] : []));
  const answers = await exchange([
    select('id, amount', 'hold', 'id', placed),
    select('id, id', 'receipt', 'id', receiptsNamedBy(items)),
    select('external_key, id', 'transfer', 'external_key', keysNamedBy(items)),
    select('id, posted - held', 'wallet', 'id', walletsNamedBy(items)),
    select('id, state', 'hold', 'id', holdsNamedBy(items), " AND state <> 'OPEN'"),
  ]);
  const pairs = (at: number) => new Map(rowsOf(answers[at]).map(([key, value]) => [String(key), String(value)]));
  return { granted: pairs(0), receipts: pairs(1), moved: pairs(2), available: pairs(3), ended: pairs(4) };
}

function verdictOf(item: PreparedItem, traces: Traces): LedgerVerdict {
  if (item.kind === 'end') return { verdict: traces.receipts.has(receiptIdOf(item)) ? 'done' : 'not_open' };
  if (item.kind === 'undo') return { verdict: 'done' };
  return item.kind === 'move' ? verdictOfMove(item, traces) : verdictOfPlace(item, traces);
}

function verdictOfMove(item: PreparedMove, traces: Traces): LedgerVerdict {
  const transferId = traces.moved.get(item.externalKey);
  if (transferId === undefined) return insufficient(item.walletId, traces);
  return transferId === item.transferId ? { verdict: 'done' } : { verdict: 'duplicate', transferId };
}

function verdictOfPlace(item: PreparedPlace, traces: Traces): LedgerVerdict {
  const amount = traces.granted.get(item.holdId);
  if (amount !== undefined) return { verdict: 'granted', amount: BigInt(amount) };
  if (item.replaces !== null && traces.ended.has(item.replaces.holdId)) return { verdict: 'not_open' };
  return insufficient(item.walletId, traces);
}

function insufficient(walletId: string, { available }: Traces): LedgerVerdict {
  return { verdict: 'insufficient', available: BigInt(available.get(walletId) ?? 0) };
}
