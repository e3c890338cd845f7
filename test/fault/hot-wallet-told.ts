/** What a writer of the hot wallet was told by the ledger. */

/** Of the one key with which all of them spend: it is reached before they are done. */
export const CEILING = 40_000n;

export type Told =
  | { readonly told: 'refused'; readonly holdId: string }
  | { readonly told: 'ended'; readonly receiptId: string; readonly charge: string }
  | { readonly told: 'moved' | 'not moved'; readonly transferId: string; readonly amount: string }
  /** It has ended everything that it began. */
  | { readonly told: 'all' };
