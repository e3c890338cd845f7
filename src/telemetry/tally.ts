/** Counts by the values of labels. Counting costs a few look-ups and an addition; Prometheus reads the sums when it asks for them. */
import { Counter, type Registry } from 'prom-client';

export interface TallyOptions<Label extends string> {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly Label[];
  readonly registry: Registry;
}

/** A sum, or what is below one value of a label. Nested, because joining the values into one key cost more than all look-ups. */
interface Sums {
  sum: number;
  readonly below: Map<string, Sums>;
}

const newSums = (): Sums => ({ sum: 0, below: new Map() });

export class Tally<Label extends string> {
  private readonly all = newSums();

  constructor({ name, help, labels, registry }: TallyOptions<Label>) {
    const { all } = this;
    new Counter({
      name,
      help,
      labelNames: [...labels],
      registers: [registry],
      collect() {
        this.reset();
        for (const [values, sum] of sumsIn(all)) this.inc(labelled(labels, values), sum);
      },
    });
  }

  /** @param values one for each label, in their order; each must be of a small set: a name of the catalog or of the product */
  add(amount: number, ...values: readonly string[]): void {
    let at = this.all;
    for (const value of values) {
      let next = at.below.get(value);
      if (next === undefined) {
        next = newSums();
        at.below.set(value, next);
      }
      at = next;
    }
    at.sum += amount;
  }
}

/** Every sum with the values that lead to it. */
function* sumsIn({ sum, below }: Sums, values: readonly string[] = []): Generator<[values: readonly string[], sum: number]> {
  if (below.size === 0 && values.length > 0) yield [values, sum];
  for (const [value, next] of below) yield* sumsIn(next, [...values, value]);
}

function labelled<Label extends string>(labels: readonly Label[], values: readonly string[]): Record<Label, string> {
  return Object.fromEntries(labels.map((label, at) => [label, values[at] ?? ''])) as Record<Label, string>;
}
