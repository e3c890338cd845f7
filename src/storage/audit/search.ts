/** A search for rows that break a promise, by the database itself. */
export interface Search {
  readonly rule: string;
  readonly problem: string;
  /** Answers the name of the row, the id of the ledger entry or null, and ends where conditions may follow. */
  readonly sql: string;
  /** What narrows the search to a wallet; null: it is not of one wallet. */
  readonly ofWallet: string | null;
}
