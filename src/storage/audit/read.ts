/** How an audit asks a database, whichever it is. */

/** A value as either driver gives it: whole numbers as a bigint, a number, or a text. */
export type Cell = string | number | bigint | null;

/** Reads rows, each an array in the order of its columns. */
export type Read = (sql: string, values: readonly (string | bigint)[]) => Promise<readonly (readonly Cell[])[]>;
