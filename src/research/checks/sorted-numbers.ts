/** Numbers in which rounded ones are looked up. Signs do not count: what fell by 3 and what changed by -3 is the same. */
import type { Meaning } from './figures-in-text';

/** What floating point loses on the way. */
const SLACK = 1e-9;

export class SortedNumbers {
  private readonly ascending: readonly number[];

  constructor(numbers: readonly number[]) {
    this.ascending = numbers
      .filter(Number.isFinite)
      .map(Math.abs)
      .sort((one, other) => one - other);
  }

  /** Whether one of them is what was written, rounded or cut off where it ends. */
  has({ value, step }: Meaning): boolean {
    const slack = value * SLACK;
    const first = this.ascending[this.indexFrom(value - step / 2 - slack)];
    return first !== undefined && first < value + step - slack;
  }

  /** The index of the first that is not below. */
  private indexFrom(least: number): number {
    let [from, to] = [0, this.ascending.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((this.ascending[middle] ?? 0) < least) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}
