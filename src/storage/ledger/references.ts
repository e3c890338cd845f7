/** Which rows the items of a batch name, each once and in order: the order in which they are locked. */

import type { Spender } from '../../ledger/spend-counter';
import { countersOfHold } from './decide-counters';
import type { PreparedEnd, PreparedItem, PreparedPlace } from './prepare';
import { END_IDENTITY_AT, RECEIPT_ID, SPENDER_AT } from './rows';
import type { SqlValue } from './sql-values';

/** Holds that the items end. */
export function holdsNamedBy(items: readonly PreparedItem[]): string[] {
  return distinct(items, (item) => {
    if (item.kind === 'end') return item.hold === null ? [] : [item.hold.holdId];
    return item.kind === 'place' && item.replaces !== null ? [item.replaces.holdId] : [];
  });
}

export function walletsNamedBy(items: readonly PreparedItem[]): string[] {
  return distinct(items, (item) => {
    if (item.kind === 'end') return item.hold === null ? [] : [item.hold.walletId];
    return item.kind === 'place' && item.replaces !== null ? [item.walletId, item.replaces.walletId] : [item.walletId];
  });
}

export function keysNamedBy(items: readonly PreparedItem[]): string[] {
  return distinct(items, (item) => (item.kind === 'move' ? [item.externalKey] : []));
}

export function receiptsNamedBy(items: readonly PreparedItem[]): string[] {
  return distinct(items, (item) => (item.kind === 'end' ? [receiptIdOf(item)] : []));
}

/** The values of `END_IDENTITY`, as one text. */
export function identityOf(item: PreparedEnd): string {
  return identityText(END_IDENTITY_AT.map((at) => item.receipt[at]));
}

/** The same text from a row of the columns `END_IDENTITY`. */
export function identityText(values: readonly unknown[]): string {
  return values.map((value) => String(value ?? '')).join(' ');
}

export function receiptIdOf(item: PreparedEnd): string {
  return String(item.receipt[RECEIPT_ID]);
}

/** Every counter in which a hold of the items counts, if it exists. */
export function countersNamedBy(items: readonly PreparedItem[]): string[] {
  return distinct(items, (item) => {
    if (item.kind === 'place') {
      const spender = spenderOfPlace(item);
      return [...countersOfHold(item, spender), ...(item.replaces === null ? [] : countersOfHold(item.replaces, spender))];
    }
    return item.kind === 'end' && item.hold !== null ? [...countersOfHold(item.hold, item.spender)] : [];
  });
}

export function idempotencyKeysNamedBy(items: readonly PreparedItem[]): string[] {
  return distinct(items, (item) => (item.kind === 'place' && item.idempotence !== null ? [item.idempotence.id] : []));
}

/** Receipts whose charge is to be given back. */
export function refundsNamedBy(items: readonly PreparedItem[]): string[] {
  return distinct(items, (item) => (item.kind === 'move' && item.receiptId !== null ? [item.receiptId] : []));
}

/** Redemption codes that are to be paid out. */
export function codesNamedBy(items: readonly PreparedItem[]): string[] {
  return distinct(items, (item) => (item.kind === 'move' && item.codeId !== null ? [item.codeId] : []));
}

/** Who spends with a hold: what its row says. */
export function spenderOfPlace({ row }: PreparedPlace): Spender {
  const [apiKeyId, projectId, runId] = SPENDER_AT.map((at) => row[at] ?? null);
  return { apiKeyId: String(apiKeyId), projectId: wordOrNull(projectId), runId: wordOrNull(runId) };
}

function wordOrNull(value: SqlValue | undefined): string | null {
  return value === null || value === undefined ? null : String(value);
}

function distinct(items: readonly PreparedItem[], ids: (item: PreparedItem) => string[]): string[] {
  return [...new Set(items.flatMap(ids))].sort();
}
