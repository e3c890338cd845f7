/** Counts by the values of labels. Counting costs a look-up and an addition; Prometheus reads the sums when it asks for them. */
import { Counter, type Registry } from 'prom-client';

export interface TallyOptions<Label extends string> {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly Label[];
  readonly registry: Registry;
}

/** Something that no value of a label contains. */
const BETWEEN = '\u0000';

export class Tally<Label extends string> {
  private readonly sums = new Map<string, number>();

  constructor({ name, help, labels, registry }: TallyOptions<Label>) {
    const { sums } = this;
    new Counter({
      name,
      help,
      labelNames: [...labels],
      registers: [registry],
      collect() {
        this.reset();
        for (const [key, sum] of sums) this.inc(labelled(labels, key), sum);
      },
    });
  }

  /** @param values one for each label, in their order; each must be of a small set: a name of the catalog or of the product */
  add(amount: number, ...values: readonly string[]): void {
    const key = values.join(BETWEEN);
    this.sums.set(key, (this.sums.get(key) ?? 0) + amount);
  }
}

function labelled<Label extends string>(labels: readonly Label[], key: string): Record<Label, string> {
  const values = key.split(BETWEEN);
  return Object.fromEntries(labels.map((label, at) => [label, values[at] ?? ''])) as Record<Label, string>;
}
