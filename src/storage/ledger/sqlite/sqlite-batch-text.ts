/**
 * A batch as one JSON text, for the way to the ledger's thread: a text crosses as bytes, where an object would be cloned
 * value by value, which cost more than the rows themselves. Amounts arrive as bigints, and values of rows as numbers wherever
 * a number is exact: the columns make whole numbers of them.
 */
import { unreachable } from '../../../kernel/invariant';
import type { OpenHold } from '../../../ledger/ledger-store';
import type { PreparedBatch, PreparedEnd, PreparedItem, PreparedMove, PreparedPlace } from '../prepare';
import type { SqlRow } from '../sql-values';
import { ArrivedValues, type Index, ListedValues, type PlainValue } from './listed-values';

type PlainRow = readonly Index[];
type PlainHold = readonly [holdId: Index, walletId: Index, amount: Index, placedAt: Index, settles: boolean];
type PlainSpender = readonly [apiKeyId: Index, projectId: Index, runId: Index];
type PlainCeiling = readonly [counterId: Index, ceiling: Index];
type PlainKey = readonly [id: Index, bodyHash: Index];
type PlainPlace = readonly [
  'place',
  holdId: Index,
  walletId: Index,
  placedAt: Index,
  amount: Index,
  atLeast: Index,
  replaces: PlainHold | null,
  ceilings: readonly PlainCeiling[],
  key: PlainKey | null,
  row: PlainRow,
];
type PlainEnd = readonly [
  'end',
  hold: PlainHold | null,
  spender: PlainSpender,
  charge: Index,
  receipt: PlainRow,
  attempts: readonly PlainRow[],
  transfer: PlainRow | null,
  overage: PlainRow | null,
  answer: PlainRow | null,
];
type PlainMove = readonly [
  'move',
  transferId: Index,
  walletId: Index,
  amount: Index,
  externalKey: Index,
  receiptId: Index,
  codeId: Index,
  transfer: PlainRow,
];
type PlainItem = PlainPlace | PlainEnd | PlainMove;
type PlainBatch = readonly [id: string, owner: string, at: number, values: readonly PlainValue[], items: readonly PlainItem[]];

export function batchText({ id, owner, at, items }: PreparedBatch): string {
  const values = new ListedValues();
  const plainItems = items.map((item) => plainItem(item, values));
  const plain: PlainBatch = [id, owner, at, values.plain, plainItems];
  return JSON.stringify(plain);
}

export function batchOfText(text: string): PreparedBatch {
  const [id, owner, at, plainValues, items] = JSON.parse(text) as PlainBatch;
  const values = new ArrivedValues(plainValues);
  return { id, owner, at, items: items.map((item) => preparedItem(item, values)) };
}

function plainItem(item: PreparedItem, values: ListedValues): PlainItem {
  switch (item.kind) {
    case 'place':
      return plainPlace(item, values);
    case 'end':
      return plainEnd(item, values);
    case 'move':
      return plainMove(item, values);
    default:
      return unreachable(item);
  }
}

function plainPlace(item: PreparedPlace, values: ListedValues): PlainPlace {
  const { idempotence } = item;
  return [
    'place',
    values.indexOf(item.holdId),
    values.indexOf(item.walletId),
    values.indexOf(item.placedAt),
    values.indexOf(item.amount),
    values.indexOf(item.atLeast),
    plainHold(item.replaces, values),
    item.ceilings.map(({ counterId, ceiling }): PlainCeiling => [values.indexOf(counterId), values.indexOf(ceiling)]),
    idempotence === null ? null : [values.indexOf(idempotence.id), values.indexOf(idempotence.bodyHash)],
    values.indexesOf(item.row),
  ];
}

function plainEnd(item: PreparedEnd, values: ListedValues): PlainEnd {
  const { spender } = item;
  return [
    'end',
    plainHold(item.hold, values),
    [values.indexOf(spender.apiKeyId), values.indexOf(spender.projectId), values.indexOf(spender.runId)],
    values.indexOf(item.charge),
    values.indexesOf(item.receipt),
    item.attempts.map((attempt) => values.indexesOf(attempt)),
    plainRow(item.transfer, values),
    plainRow(item.overage, values),
    plainRow(item.answer, values),
  ];
}

function plainMove(item: PreparedMove, values: ListedValues): PlainMove {
  return [
    'move',
    values.indexOf(item.transferId),
    values.indexOf(item.walletId),
    values.indexOf(item.amount),
    values.indexOf(item.externalKey),
    values.indexOf(item.receiptId),
    values.indexOf(item.codeId),
    values.indexesOf(item.transfer),
  ];
}

function plainHold(hold: (OpenHold & { readonly settles?: boolean }) | null, values: ListedValues): PlainHold | null {
  if (hold === null) return null;
  const { holdId, walletId, amount, placedAt, settles = false } = hold;
  return [values.indexOf(holdId), values.indexOf(walletId), values.indexOf(amount), values.indexOf(placedAt), settles];
}

function plainRow(row: SqlRow | null, values: ListedValues): PlainRow | null {
  return row === null ? null : values.indexesOf(row);
}

function preparedItem(item: PlainItem, values: ArrivedValues): PreparedItem {
  switch (item[0]) {
    case 'place':
      return preparedPlace(item, values);
    case 'end':
      return preparedEnd(item, values);
    default:
      return preparedMove(item, values);
  }
}

function preparedPlace(item: PlainPlace, values: ArrivedValues): PreparedPlace {
  const [kind, holdId, walletId, placedAt, amount, atLeast, replaces, ceilings, key, row] = item;
  return {
    kind,
    holdId: values.textAt(holdId),
    walletId: values.textAt(walletId),
    placedAt: values.numberAt(placedAt),
    amount: values.amountAt(amount),
    atLeast: values.amountAt(atLeast),
    replaces: holdAt(replaces, values),
    ceilings: ceilings.map(([counterId, ceiling]) => ({ counterId: values.textAt(counterId), ceiling: values.amountAt(ceiling) })),
    idempotence: key === null ? null : { id: values.textAt(key[0]), bodyHash: values.textAt(key[1]) },
    row: values.rowAt(row),
  };
}

function preparedEnd(item: PlainEnd, values: ArrivedValues): PreparedEnd {
  const [kind, hold, [apiKeyId, projectId, runId], charge, receipt, attempts, transfer, overage, answer] = item;
  return {
    kind,
    hold: holdAt(hold, values),
    spender: {
      apiKeyId: values.textAt(apiKeyId),
      projectId: values.textOrNullAt(projectId),
      runId: values.textOrNullAt(runId),
    },
    charge: values.amountAt(charge),
    receipt: values.rowAt(receipt),
    attempts: attempts.map((attempt) => values.rowAt(attempt)),
    transfer: rowOrNull(transfer, values),
    overage: rowOrNull(overage, values),
    answer: rowOrNull(answer, values),
  };
}

function preparedMove(item: PlainMove, values: ArrivedValues): PreparedMove {
  const [kind, transferId, walletId, amount, externalKey, receiptId, codeId, transfer] = item;
  return {
    kind,
    transferId: values.textAt(transferId),
    walletId: values.textAt(walletId),
    amount: values.amountAt(amount),
    externalKey: values.textAt(externalKey),
    receiptId: values.textOrNullAt(receiptId),
    codeId: values.textOrNullAt(codeId),
    transfer: values.rowAt(transfer),
  };
}

function holdAt(hold: PlainHold | null, values: ArrivedValues): (OpenHold & { readonly settles: boolean }) | null {
  if (hold === null) return null;
  const [holdId, walletId, amount, placedAt, settles] = hold;
  return {
    holdId: values.textAt(holdId),
    walletId: values.textAt(walletId),
    amount: values.amountAt(amount),
    placedAt: values.numberAt(placedAt),
    settles,
  };
}

function rowOrNull(row: PlainRow | null, values: ArrivedValues): SqlRow | null {
  return row === null ? null : values.rowAt(row);
}
