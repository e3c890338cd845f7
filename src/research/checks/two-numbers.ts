/** What is said of two numbers of the same kind. */
export interface Following {
  readonly amounts: readonly number[];
  readonly percents: readonly number[];
}

export const NOTHING_FOLLOWS: Following = { amounts: [], percents: [] };

/** Their difference and their ratio; what part the one is of the other, and by how much it is above it. Of a division by zero nothing is said. */
export function ofPair(one: number, other: number): Following {
  const ratio = one / other;
  return { amounts: [one - other, ratio], percents: [ratio * 100, (ratio - 1) * 100] };
}

/** One after the other. */
export function together(all: readonly Following[]): Following {
  return { amounts: all.flatMap(({ amounts }) => amounts), percents: all.flatMap(({ percents }) => percents) };
}
