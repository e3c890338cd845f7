/** Which rows the items of a batch name, each once and in order: the order in which they are locked. */

import type { PreparedEnd, PreparedItem } from './prepare';
import { END_IDENTITY_AT } from './rows';

/** Holds that the items end. */
export function holdsNamedBy(items: readonly PreparedItem[]): string[] {
  return distinct(items, (item) => {
    if (item.kind === 'undo') return [item.hold.holdId];
    if (item.kind === 'end') return item.hold === null ? [] : [item.hold.holdId];
    return item.kind === 'place' && item.replaces !== null ? [item.replaces.holdId] : [];
  });
}

export function walletsNamedBy(items: readonly PreparedItem[]): string[] {
  return distinct(items, (item) => {
    if (item.kind === 'undo') return [item.hold.walletId];
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
  return END_IDENTITY_AT.map((at) => String(item.receipt[at] ?? '')).join(' ');
}

export function receiptIdOf(item: PreparedEnd): string {
  return String(item.receipt[0]);
}

function distinct(items: readonly PreparedItem[], ids: (item: PreparedItem) => string[]): string[] {
  return [...new Set(items.flatMap(ids))].sort();
}
