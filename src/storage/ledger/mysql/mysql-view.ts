/** What a batch on MySQL is decided on: the rows that it touches, locked in the order in which every writer locks them. */

import type { OpenHold } from '../../../ledger/ledger-store';
import type { CounterState } from '../../../ledger/spend-room';
import { counterOf, counterSums, MYSQL_SUMS } from '../counter-sums';
import type { KeyUseOfHold, LedgerView, Refundable } from '../decision';
import { type PreparedBatch, type PreparedItem, UnwritableItem } from '../prepare';
import {
  codesNamedBy,
  countersNamedBy,
  holdsNamedBy,
  idempotencyKeysNamedBy,
  identityOf,
  identityText,
  keysNamedBy,
  receiptsNamedBy,
  refundsNamedBy,
  walletsNamedBy,
} from '../references';
import { END_IDENTITY } from '../rows';
import type { MovedBefore } from '../transfer-row';
import { type Answer, type Exchange, type Rows, rowsOf } from './mysql-connections';
import { literal, select } from './mysql-text';

/** Begins with the statements of `first`. The counters that a ceiling names are there afterwards. */
export async function lockAndLook(exchange: Exchange, batch: PreparedBatch, first: readonly string[]): Promise<LedgerView> {
  const { items } = batch;
  const keys = select('id', 'idempotency_key FORCE INDEX (PRIMARY)', 'id', idempotencyKeysNamedBy(items), FOR_UPDATE);
  const seen = await exchange([...first, keys, ...questions(items, FOR_UPDATE)]);
  const answers = seen.slice(first.length + 1);
  const counters = countersIn(answers);
  await openCounters(exchange, batch, counters);
  return viewOf(answers, counters);
}

/** The same rows as they are now, without a lock on any, and only the counters that there are. */
export async function look(exchange: Exchange, items: readonly PreparedItem[]): Promise<LedgerView> {
  const answers = await exchange(questions(items, ''));
  return viewOf(answers, countersIn(answers));
}

const FOR_UPDATE = ' ORDER BY id FOR UPDATE';

/** What is asked of the rows that the items name: codes, open holds, wallets and counters, with `lock`; then what only ever grows. */
function questions(items: readonly PreparedItem[], lock: string): string[] {
  // The index is named because a table that the server believes to be small would be read, and locked, as a whole.
  return [
    // Locked until the commit: whoever revokes one waits for the entry that it is paid out with.
    select('id, revoked_at', 'redemption_code FORCE INDEX (PRIMARY)', 'id', codesNamedBy(items), lock),
    select('id, wallet_id, amount', 'hold FORCE INDEX (PRIMARY)', 'id', holdsNamedBy(items), ` AND state = 'OPEN'${lock}`),
    select('id, posted - held, posted', 'wallet FORCE INDEX (PRIMARY)', 'id', walletsNamedBy(items), lock),
    select('id, spent, held', 'spend_counter FORCE INDEX (PRIMARY)', 'id', countersNamedBy(items), lock),
    movedBefore(items),
    select(END_IDENTITY.join(', '), 'receipt FORCE INDEX (PRIMARY)', 'id', receiptsNamedBy(items)),
    select(
      "k.id, k.body_hash, k.request_id, k.hold_id, COALESCE(h.state, 'RELEASED')",
      'idempotency_key k LEFT JOIN hold h FORCE INDEX (PRIMARY) ON h.id = k.hold_id',
      'k.id',
      idempotencyKeysNamedBy(items),
    ),
    refundableNow(items),
  ];
}

function countersIn([, , , counters]: readonly Answer[]): Map<string, CounterState> {
  return new Map(rowsOf(counters).map(([id, spent, held]) => [String(id), { spent: BigInt(spent ?? 0), held: BigInt(held ?? 0) }]));
}

/** Makes the counters that a ceiling of the batch names and that do not exist, with what they begin with. */
async function openCounters(exchange: Exchange, { items }: PreparedBatch, known: Map<string, CounterState>): Promise<void> {
  for (const item of items) {
    if (item.kind !== 'place') continue;
    for (const { counterId } of item.ceilings) {
      if (known.has(counterId)) continue;
      const [answer] = await exchange([counterSums(counterId, item.walletId, { ...MYSQL_SUMS, value: literal })]);
      const [[high_part, low_part, held] = []] = rowsOf(answer);
      const sums = counterOf({ high_part, low_part, held });
      await exchange([`INSERT INTO spend_counter (id, spent, held) VALUES (${literal(counterId)}, ${sums.spent}, ${sums.held})`]);
      known.set(counterId, sums);
    }
  }
}

function holdsOf(rows: Rows): ReadonlyMap<string, { readonly wallet: string; readonly amount: bigint }> {
  return new Map(rows.map(([id, wallet, amount]) => [String(id), { wallet: String(wallet), amount: BigInt(amount ?? 0) }]));
}

function viewOf(
  [codes, holds, balances, , transfers, receipts, keys, charges]: readonly Answer[],
  counters: ReadonlyMap<string, CounterState>,
): LedgerView {
  const open = holdsOf(rowsOf(holds));
  const available = new Map(rowsOf(balances).map(([id, amount]) => [String(id), BigInt(amount ?? 0)]));
  const posted = new Map(rowsOf(balances).map(([id, , amount]) => [String(id), BigInt(amount ?? 0)]));
  const moved = movedIn(transfers);
  const written = new Set(rowsOf(receipts).map(identityText));
  const uses = new Map(
    pairsOf(keys).map(([id, bodyHash, requestId, holdId, state]) => [id, { bodyHash, requestId, holdId, state } as KeyUseOfHold]),
  );
  const refundable = refundableIn(charges);
  const revoked = new Set(rowsOf(codes).flatMap(([id, revokedAt]) => (revokedAt == null ? [] : [String(id)])));
  return {
    available: (id) => available.get(id),
    posted: (id) => posted.get(id) ?? 0n,
    isOpen: (hold) => isOpen(open, hold),
    transferOf: (key) => moved.get(key),
    wasWritten: (end) => written.has(identityOf(end)),
    counter: (id) => counters.get(id) ?? null,
    keyUse: (id) => uses.get(id),
    refundable: (id) => refundable.get(id),
    isRevoked: (id) => revoked.has(id),
  };
}

function isOpen(open: ReturnType<typeof holdsOf>, { holdId, walletId, amount }: OpenHold): boolean {
  const row = open.get(holdId);
  if (row === undefined) return false;
  if (row.wallet === walletId && row.amount === amount) return true;
  throw new UnwritableItem(`The hold ${holdId} is of ${row.amount} on ${row.wallet}, not of ${amount} on ${walletId}.`);
}

/** Asks for what the external keys of the items moved before. */
function movedBefore(items: readonly PreparedItem[]): string {
  return select('external_key, id, kind, debit, credit, amount, receipt_id', 'transfer', 'external_key', keysNamedBy(items));
}

/** The answer to `movedBefore`. */
function movedIn(answer: Answer | undefined): ReadonlyMap<string, MovedBefore> {
  return new Map(rowsOf(answer).map((row) => [String(row[0]), movedOf(row)]));
}

/** Asks for the charges that the items are to give back, and what was given back of them. */
function refundableNow(items: readonly PreparedItem[]): string {
  const refunded = '(SELECT COALESCE(SUM(f.amount), 0) FROM refund f WHERE f.receipt_id = r.id)';
  return select(`r.id, CONCAT(r.account_id, ':', r.bucket), r.charge, ${refunded}`, 'receipt r', 'r.id', refundsNamedBy(items));
}

/** The answer to `refundableNow`. */
function refundableIn(answer: Answer | undefined): ReadonlyMap<string, Refundable> {
  return new Map(
    pairsOf(answer).map(([id, walletId, charged, refunded]) => [
      String(id),
      { walletId: String(walletId), charged: BigInt(charged ?? 0), refunded: BigInt(refunded ?? 0) },
    ]),
  );
}

function movedOf([, id, kind, debit, credit, amount, receiptId]: Rows[number]): MovedBefore {
  const words = { transferId: String(id), kind: String(kind), debit: String(debit), credit: String(credit) };
  return { ...words, amount: BigInt(amount ?? 0), receiptId: receiptId === null || receiptId === undefined ? null : String(receiptId) };
}

function pairsOf(answer: Answer | undefined): string[][] {
  return rowsOf(answer).map((row) => row.map(String));
}
