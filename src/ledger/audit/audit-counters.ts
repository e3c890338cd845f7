/** Counters of spend, summed up again from the holds and charges that count in them. */

import { DAY_MS } from '../../kernel/times';
import { countable, countersOf } from '../spend-counter';
import { bucketOfWallet } from '../wallet';
import { broken, type Finding } from './finding';
import type { Row } from './tables';

interface Sums {
  spent: bigint;
  held: bigint;
}

const REMEMBERED_MAX = 10_000;

/** Sums of some counters. Holds are added one by one, those of counters that were not asked for are passed over. */
export class CounterSums {
  private readonly sums: ReadonlyMap<string, Sums>;
  private readonly remembered = new Map<string, readonly string[]>();

  constructor(private readonly counters: readonly Row<'counter'>[]) {
    this.sums = new Map(counters.map(({ id }) => [id, { spent: 0n, held: 0n }]));
  }

  /** `charge` is what a hold that has ended was settled at. */
  add(hold: Row<'hold'>, charge: bigint): void {
    if (this.sums.size === 0) return;
    for (const id of this.countersOfHold(hold)) {
      const sums = this.sums.get(id);
      if (sums === undefined) continue;
      if (hold.state === 'OPEN') sums.held += hold.amount;
      else sums.spent += charge;
    }
  }

  findings(): Finding[] {
    return this.counters.flatMap(({ id, spent, held }) => {
      const sums = this.sums.get(id) ?? { spent: 0n, held: 0n };
      return broken({ row: `spend_counter ${id}`, walletId: null, entryId: null }, [
        ['I15', spent === countable(sums.spent), `it says ${spent} spent, the charges that count in it add up to ${sums.spent}`],
        ['I15', held === sums.held, `it says ${held} held, the open holds that count in it add up to ${sums.held}`],
      ]);
    });
  }

  /** The ids are texts with a date in them: made once for a spender and a day, not for every hold. */
  private countersOfHold({ walletId, apiKeyId, projectId, runId, placedAt }: Row<'hold'>): readonly string[] {
    const bucket = bucketOfWallet(walletId);
    if (bucket === null) return [];
    const at = Number.parseInt(String(placedAt), 10);
    const question = `${apiKeyId} ${projectId} ${runId} ${bucket} ${Math.floor(at / DAY_MS)}`;
    const known = this.remembered.get(question);
    if (known !== undefined) return known;
    const counters = countersOf({ apiKeyId, projectId, runId }, bucket, at);
    if (this.remembered.size >= REMEMBERED_MAX) this.remembered.clear();
    this.remembered.set(question, counters);
    return counters;
  }
}
