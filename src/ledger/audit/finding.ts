/** What an audit finds: one broken promise, the row at which it shows, and what is wrong there in words. */

export interface Finding {
  /** The number of the invariant in the ledger's README. */
  readonly rule: string;
  /** The table and the key of the row: `transfer 0199…`. */
  readonly row: string;
  readonly problem: string;
  /** Whose wallet it is about; null: nobody's in particular. */
  readonly walletId: string | null;
  /** The wallet that the row itself names, where that may be another one. */
  readonly namedWalletId?: string | null;
  /** The ledger entry that is wrong, where it is one. */
  readonly entryId: string | null;
}

/** The row that a group of rules is about. */
export type Subject = Pick<Finding, 'row' | 'walletId' | 'namedWalletId' | 'entryId'>;

/** A rule: what must hold, and what is said when it does not. */
export type Rule = readonly [rule: string, holds: boolean, problem: string];

/** One finding for each rule that does not hold. */
export function broken(subject: Subject, rules: readonly Rule[]): Finding[] {
  const findings: Finding[] = [];
  for (const [rule, holds, problem] of rules) if (!holds) findings.push({ ...subject, rule, problem });
  return findings;
}

/** The finding as one line for people. */
export function lineOf({ rule, row, problem }: Pick<Finding, 'rule' | 'row' | 'problem'>): string {
  return `${rule} ${row}: ${problem}`;
}

/** Rows by the value of one column. */
export function indexBy<T>(rows: readonly T[], keyOf: (row: T) => string | null): Map<string, T> {
  const index = new Map<string, T>();
  for (const row of rows) {
    const key = keyOf(row);
    if (key !== null) index.set(key, row);
  }
  return index;
}
