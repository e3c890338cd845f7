/**
 * A batch as one JSON text, for the way to the ledger's thread: a text crosses as bytes, where an object would be cloned
 * value by value, which cost more than the rows themselves. Amounts arrive as bigints, and values of rows as numbers wherever
 * a number is exact: a bigint for each would cost more than the rest of the row, and the columns make whole numbers of them.
 */
import { unreachable } from '../../../kernel/invariant';
import type { OpenHold } from '../../../ledger/ledger-store';
import type { PreparedBatch, PreparedEnd, PreparedItem, PreparedMove, PreparedPlace } from '../prepare';
import type { SqlRow, SqlValue } from '../sql-values';

/** JSON has no bigint: what a number holds exactly goes as one, and anything larger as a text in brackets. */
type PlainValue = string | number | null | readonly [string];
type PlainRow = PlainValue[];
type PlainHold = readonly [holdId: string, walletId: string, amount: PlainValue, placedAt: number, settles: boolean];
type PlainSpender = readonly [apiKeyId: string, projectId: string | null, runId: string | null];
type PlainCeiling = readonly [counterId: string, ceiling: PlainValue];
type PlainKey = readonly [id: string, bodyHash: string];
type PlainItem =
  | readonly ['place', string, string, number, PlainValue, PlainValue, PlainHold | null, readonly PlainCeiling[], PlainKey | null, PlainRow]
  | readonly [
      'end',
      PlainHold | null,
      PlainSpender,
      PlainValue,
      PlainRow,
      readonly PlainRow[],
      PlainRow | null,
      PlainRow | null,
      PlainRow | null,
    ]
  | readonly ['move', string, string, PlainValue, string, string | null, string | null, PlainRow];
type PlainBatch = readonly [id: string, owner: string, at: number, items: readonly PlainItem[]];

const SAFE = BigInt(Number.MAX_SAFE_INTEGER);

export function batchText({ id, owner, at, items }: PreparedBatch): string {
  const plain: PlainBatch = [id, owner, at, items.map(plainItem)];
  return JSON.stringify(plain);
}

export function batchOfText(text: string): PreparedBatch {
  const [id, owner, at, items] = JSON.parse(text) as PlainBatch;
  return { id, owner, at, items: items.map(preparedItem) };
}

function plainItem(item: PreparedItem): PlainItem {
  switch (item.kind) {
    case 'place':
      return plainPlace(item);
    case 'end':
      return plainEnd(item);
    case 'move':
      return plainMove(item);
    default:
      return unreachable(item);
  }
}

function plainMove({ transferId, walletId, amount, externalKey, receiptId, codeId, transfer }: PreparedMove): PlainItem {
  return ['move', transferId, walletId, plain(amount), externalKey, receiptId, codeId, plainRow(transfer)];
}

function plainPlace(item: PreparedPlace): PlainItem {
  const { holdId, walletId, placedAt, idempotence } = item;
  const ceilings = item.ceilings.map(({ counterId, ceiling }): PlainCeiling => [counterId, plain(ceiling)]);
  const key: PlainKey | null = idempotence === null ? null : [idempotence.id, idempotence.bodyHash];
  const [amount, atLeast] = [plain(item.amount), plain(item.atLeast)];
  return ['place', holdId, walletId, placedAt, amount, atLeast, plainHold(item.replaces), ceilings, key, plainRow(item.row)];
}

function plainEnd({ hold, spender, charge, receipt, attempts, transfer, overage, answer }: PreparedEnd): PlainItem {
  return [
    'end',
    plainHold(hold),
    [spender.apiKeyId, spender.projectId, spender.runId],
    plain(charge),
    plainRow(receipt),
    attempts.map(plainRow),
    transfer === null ? null : plainRow(transfer),
    overage === null ? null : plainRow(overage),
    answer === null ? null : plainRow(answer),
  ];
}

function plainHold(hold: (OpenHold & { readonly settles?: boolean }) | null): PlainHold | null {
  return hold === null ? null : [hold.holdId, hold.walletId, plain(hold.amount), hold.placedAt, hold.settles === true];
}

function plainRow(row: SqlRow): PlainRow {
  const values: PlainRow = [];
  for (const value of row) values.push(plain(value));
  return values;
}

function plain(value: SqlValue): PlainValue {
  if (typeof value !== 'bigint') return value;
  return value <= SAFE && value >= -SAFE ? Number(value) : [String(value)];
}

function preparedItem(item: PlainItem): PreparedItem {
  switch (item[0]) {
    case 'place': {
      const [kind, holdId, walletId, placedAt, amount, atLeast, replaces, ceilings, key, row] = item;
      return {
        kind,
        holdId,
        walletId,
        placedAt,
        amount: big(amount),
        atLeast: big(atLeast),
        replaces: holdOf(replaces),
        ceilings: ceilings.map(([counterId, ceiling]) => ({ counterId, ceiling: big(ceiling) })),
        idempotence: key === null ? null : { id: key[0], bodyHash: key[1] },
        row: rowOf(row),
      };
    }
    case 'end': {
      const [kind, hold, spender, charge, receipt, attempts, transfer, overage, answer] = item;
      const [paid, lost] = [rowOrNull(transfer), rowOrNull(overage)];
      const [apiKeyId, projectId, runId] = spender;
      return {
        kind,
        hold: holdOf(hold),
        spender: { apiKeyId, projectId, runId },
        charge: big(charge),
        receipt: rowOf(receipt),
        attempts: attempts.map(rowOf),
        transfer: paid,
        overage: lost,
        answer: rowOrNull(answer),
      };
    }
    default: {
      const [kind, transferId, walletId, amount, externalKey, receiptId, codeId, transfer] = item;
      return { kind, transferId, walletId, amount: big(amount), externalKey, receiptId, codeId, transfer: rowOf(transfer) };
    }
  }
}

function holdOf(hold: PlainHold | null): (OpenHold & { readonly settles: boolean }) | null {
  return hold === null ? null : { holdId: hold[0], walletId: hold[1], amount: big(hold[2]), placedAt: hold[3], settles: hold[4] };
}

function rowOrNull(row: PlainRow | null): SqlRow | null {
  return row === null ? null : rowOf(row);
}

function rowOf(row: readonly PlainValue[]): SqlRow {
  return row.some(isLarge) ? row.map((value) => (isLarge(value) ? BigInt(value[0]) : value)) : (row as SqlRow);
}

function isLarge(value: PlainValue): value is readonly [string] {
  return typeof value === 'object' && value !== null;
}

function big(value: PlainValue): bigint {
  return BigInt(isLarge(value) ? value[0] : (value ?? 0));
}
