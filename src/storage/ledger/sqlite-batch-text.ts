/**
 * A batch as one JSON text, for the way to the ledger's thread: a text crosses as bytes, where an object would be cloned
 * value by value, which cost more than the rows themselves. Whole numbers arrive as bigints, exact at any size.
 */
import { unreachable } from '../../kernel/invariant';
import type { HoldRef, PreparedBatch, PreparedEnd, PreparedItem } from './prepare';
import type { SqlRow, SqlValue } from './sql-values';

/** JSON has no bigint: what a number holds exactly goes as one, and anything larger as a text in brackets. */
type PlainValue = string | number | null | readonly [string];
type PlainRow = PlainValue[];
type PlainHold = readonly [holdId: string, walletId: string, amount: PlainValue, settles: boolean];
type PlainItem =
  | readonly ['place', string, string, PlainValue, PlainValue, PlainHold | null, PlainRow]
  | readonly ['end', PlainHold | null, PlainValue, PlainRow, readonly PlainRow[], PlainRow | null, PlainRow | null]
  | readonly ['move', string, string, PlainValue, string, PlainRow]
  | readonly ['undo', PlainHold];
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
      return ['place', item.holdId, item.walletId, plain(item.amount), plain(item.atLeast), plainHold(item.replaces), plainRow(item.row)];
    case 'end':
      return plainEnd(item);
    case 'move':
      return ['move', item.transferId, item.walletId, plain(item.amount), item.externalKey, plainRow(item.transfer)];
    case 'undo':
      return ['undo', [item.hold.holdId, item.hold.walletId, plain(item.hold.amount), false]];
    default:
      return unreachable(item);
  }
}

function plainEnd({ hold, charge, receipt, attempts, transfer, overage }: PreparedEnd): PlainItem {
  return [
    'end',
    plainHold(hold),
    plain(charge),
    plainRow(receipt),
    attempts.map(plainRow),
    transfer === null ? null : plainRow(transfer),
    overage === null ? null : plainRow(overage),
  ];
}

function plainHold(hold: (HoldRef & { readonly settles?: boolean }) | null): PlainHold | null {
  return hold === null ? null : [hold.holdId, hold.walletId, plain(hold.amount), hold.settles === true];
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
      const [kind, holdId, walletId, amount, atLeast, replaces, row] = item;
      return { kind, holdId, walletId, amount: big(amount), atLeast: big(atLeast), replaces: holdOf(replaces), row: rowOf(row) };
    }
    case 'end': {
      const [kind, hold, charge, receipt, attempts, transfer, overage] = item;
      const [paid, lost] = [rowOrNull(transfer), rowOrNull(overage)];
      return {
        kind,
        hold: holdOf(hold),
        charge: big(charge),
        receipt: rowOf(receipt),
        attempts: attempts.map(rowOf),
        transfer: paid,
        overage: lost,
      };
    }
    case 'move': {
      const [kind, transferId, walletId, amount, externalKey, transfer] = item;
      return { kind, transferId, walletId, amount: big(amount), externalKey, transfer: rowOf(transfer) };
    }
    default: {
      const [holdId, walletId, amount] = item[1];
      return { kind: 'undo', hold: { holdId, walletId, amount: big(amount) } };
    }
  }
}

function holdOf(hold: PlainHold | null): (HoldRef & { readonly settles: boolean }) | null {
  return hold === null ? null : { holdId: hold[0], walletId: hold[1], amount: big(hold[2]), settles: hold[3] };
}

function rowOrNull(row: PlainRow | null): SqlRow | null {
  return row === null ? null : rowOf(row);
}

function rowOf(row: readonly PlainValue[]): SqlRow {
  const values: SqlRow = [];
  for (const value of row) values.push(value === null || typeof value === 'string' ? value : big(value));
  return values;
}

function big(value: PlainValue): bigint {
  return BigInt(typeof value === 'object' && value !== null ? value[0] : (value ?? 0));
}
