/** A receipt as the resolvers pass it on: what the record alone says. The rest is loaded when it is asked for. */
import { type ReceiptView, viewReceipt } from '../../../gateway/receipt-view';
import type { ReadableReceipt } from '../../../ledger/receipt';

type Loaded = 'price' | 'lines' | 'fallbackDelta' | 'attempts';

export type ReceiptRoot = Omit<ReceiptView, Loaded> & { readonly id: string; readonly readable: ReadableReceipt };

export function receiptRoot(readable: ReadableReceipt): ReceiptRoot {
  const view = viewReceipt({ receipt: readable, attempts: [], prices: new Map() });
  // Not a copy: the view was made for this node alone, and has some forty fields.
  return Object.assign(view, { id: view.requestId, readable });
}
