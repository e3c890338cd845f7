/** Random histories of one account: steps as fast-check makes and shrinks them, and the items that they become. */
import { createHash } from 'node:crypto';
import { newId } from '../../src/kernel/ids';
import type { Bucket, SpendWindow } from '../../src/kernel/words';
import type { EndRequest, Idempotence, LedgerItem, LedgerVerdict, MoveMoney, PlaceHold } from '../../src/ledger/ledger-store';
import { countersOf, type SpendCeiling } from '../../src/ledger/spend-counter';
import { end, move, overage, place, refusal, requestFacts } from './ledger-items';
import { fc } from './properties';
import { SimulatedLedger } from './simulated-ledger';

interface Placing {
  readonly bucket: Bucket;
  readonly amount: bigint;
  readonly less: bigint;
  readonly daysAgo: number;
  readonly key: number;
  readonly project: boolean;
  readonly run: boolean;
  readonly ceilings: readonly { readonly window: SpendWindow; readonly nth: number; readonly ceiling: bigint }[];
  readonly idempotence: { readonly key: number; readonly body: number } | null;
}

/** One thing that somebody asks of the ledger; `nth` picks among what was asked before. */
export type Step =
  | ({ readonly step: 'place' } & Placing)
  | { readonly step: 'replace'; readonly nth: number; readonly amount: bigint }
  | { readonly step: 'end'; readonly nth: number; readonly share: bigint; readonly over: boolean }
  | { readonly step: 'end again'; readonly nth: number }
  | { readonly step: 'move'; readonly bucket: Bucket; readonly amount: bigint }
  | { readonly step: 'move again'; readonly nth: number; readonly other: boolean }
  | { readonly step: 'refund'; readonly nth: number; readonly share: bigint }
  | { readonly step: 'refuse' };

/** Steps that are written as one batch. `twice`: it is written again with its id, as after a lost answer. */
export interface Batch {
  readonly steps: readonly Step[];
  readonly twice: boolean;
}

const { array, bigInt, boolean, constantFrom, nat, oneof, option, record } = fc;

const bucket = constantFrom<Bucket>('RMB', 'CREDIT');
const amount = oneof(bigInt({ min: 0n, max: 40n }), bigInt({ min: 2n ** 53n, max: 2n ** 53n + 5n }));
const is = <S extends Step['step']>(step: S) => constantFrom<S>(step);
const ceiling = record({
  window: constantFrom<SpendWindow>('DAY', 'WEEK', 'MONTH', 'LIFETIME'),
  nth: nat(8),
  ceiling: oneof(bigInt({ min: 0n, max: 120n }), bigInt({ min: 2n ** 53n, max: 2n ** 54n })),
});
const placing = {
  bucket,
  amount,
  less: bigInt({ min: 0n, max: 10n }),
  daysAgo: constantFrom(0, 0, 0, 1, 8, 40),
  key: nat(1),
  project: boolean(),
  run: boolean(),
  ceilings: oneof({ weight: 2, arbitrary: constantFrom([]) }, { weight: 1, arbitrary: array(ceiling, { maxLength: 3 }) }),
  idempotence: option(record({ key: nat(2), body: nat(1) }), { nil: null, freq: 2 }),
};
const steps: fc.Arbitrary<Step> = oneof(
  { weight: 6, arbitrary: record({ step: is('place'), ...placing }) },
  { weight: 1, arbitrary: record({ step: is('replace'), nth: nat(50), amount }) },
  { weight: 5, arbitrary: record({ step: is('end'), nth: nat(50), share: bigInt({ min: 0n, max: 4n }), over: boolean() }) },
  { weight: 1, arbitrary: record({ step: is('end again'), nth: nat(50) }) },
  { weight: 3, arbitrary: record({ step: is('move'), bucket, amount: oneof(amount, bigInt({ min: -30n, max: -1n })) }) },
  { weight: 1, arbitrary: record({ step: is('move again'), nth: nat(50), other: boolean() }) },
  { weight: 2, arbitrary: record({ step: is('refund'), nth: nat(50), share: bigInt({ min: 1n, max: 5n }) }) },
  { weight: 1, arbitrary: record({ step: is('refuse') }) },
);
const batch: fc.Arbitrary<Batch> = record({ steps: array(steps, { minLength: 1, maxLength: 10 }), twice: boolean() });

export const histories = array(batch, { minLength: 1, maxLength: 10 });

const DAY = 86_400_000;
const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

export interface Asked {
  readonly item: LedgerItem;
  readonly expected: LedgerVerdict;
}

/** Turns steps into items, knowing what was asked before, and says what the rules make of each. */
export class Asker {
  readonly rules = new SimulatedLedger();
  /** Every counter and idempotency key that was named. */
  readonly counters = new Set<string>();
  readonly keys = new Set<string>();
  private readonly holds: { readonly item: PlaceHold; readonly granted: bigint }[] = [];
  private readonly ends: EndRequest[] = [];
  private readonly moves: MoveMoney[] = [];
  /** Receipts of batches before this one: a refund of one that is being written has nobody who could ask for it. */
  private refundable: readonly EndRequest[] = [];
  private moment = 0;

  constructor(private readonly account: string) {}

  /** The items of a batch; steps that have nothing to pick are left out. */
  batch(all: readonly Step[]): Asked[] {
    this.refundable = this.ends.filter((item) => item.hold !== null);
    return all.flatMap((step) => {
      const item = this.itemOf(step);
      return item === undefined ? [] : [{ item, expected: this.expect(item) }];
    });
  }

  private expect(item: LedgerItem): LedgerVerdict {
    const expected = this.rules.apply(item);
    if (item.kind === 'place' && expected.verdict === 'granted') this.holds.push({ item, granted: expected.amount });
    if (item.kind === 'end' && expected.verdict === 'done') this.ends.push(item);
    if (item.kind === 'move') this.moves.push(item);
    return expected;
  }

  private itemOf(step: Step): LedgerItem | undefined {
    switch (step.step) {
      case 'place':
        return this.placeOf(step);
      case 'replace':
        return this.replacement(step.nth, step.amount);
      case 'end':
        return this.endOf(step.nth, step.share, step.over);
      case 'end again':
        return pick(this.ends, step.nth);
      case 'move':
        return move(this.account, step.amount === 0n ? 1n : step.amount, {}, step.bucket);
      case 'move again':
        return again(pick(this.moves, step.nth), step.other);
      case 'refund':
        return this.refundOf(step.nth, step.share);
      case 'refuse':
        return refusal(this.account);
    }
  }

  private placeOf(step: Placing): PlaceHold {
    const plain = place(this.account, step.amount, {}, step.bucket);
    const placedAt = plain.placedAt - step.daysAgo * DAY;
    const request = requestFacts(this.account, {
      apiKeyId: `${this.account}-key-${step.key}`,
      projectId: step.project ? `${this.account}-project` : null,
      runId: step.run ? `${this.account}-run` : null,
      createdAt: placedAt,
    });
    const ceilings = ceilingsOf(step, countersOf(request, step.bucket, placedAt));
    for (const { counterId } of ceilings) this.counters.add(counterId);
    const atLeast = step.amount > step.less ? step.amount - step.less : 0n;
    return { ...plain, request, placedAt, atLeast, ceilings, idempotence: this.idempotenceOf(step) };
  }

  private idempotenceOf({ idempotence }: Placing): Idempotence | null {
    if (idempotence === null) return null;
    const id = hashOf(`${this.account} ${idempotence.key}`);
    this.keys.add(id);
    return { id, bodyHash: hashOf(String(idempotence.body)) };
  }

  private replacement(nth: number, size: bigint): PlaceHold | undefined {
    const old = pick(this.holds, nth);
    if (old === undefined) return undefined;
    const { holdId, walletId, placedAt, request, idempotence } = old.item;
    const other = walletId.endsWith(':RMB') ? 'CREDIT' : 'RMB';
    const replaces = { holdId, walletId, amount: old.granted, placedAt };
    return place(this.account, size, { replaces, placedAt, request, idempotence }, other);
  }

  private endOf(nth: number, share: bigint, over: boolean): EndRequest | undefined {
    const hold = pick(this.holds, nth);
    if (hold === undefined) return undefined;
    const charge = (hold.granted * share) / 4n;
    const whole = end(hold.item, charge, over ? overage(3n) : {}, hold.granted);
    // No two ends of one request are at the same moment: that alone tells them apart when nothing is charged.
    return { ...whole, receipt: { ...whole.receipt, settledAt: whole.receipt.settledAt + this.moment++ } };
  }

  private refundOf(nth: number, share: bigint): MoveMoney | undefined {
    const { hold, receipt } = pick(this.refundable, nth) ?? {};
    if (!hold || receipt === undefined) return undefined;
    const part = (receipt.charge * share) / 4n;
    const paidFrom = hold.walletId.endsWith(':RMB') ? 'RMB' : 'CREDIT';
    return move(this.account, part > 0n ? part : 1n, { entryKind: 'REFUND', receiptId: receipt.requestId }, paidFrom);
  }
}

function ceilingsOf({ ceilings }: Placing, counters: readonly string[]): SpendCeiling[] {
  const chosen = new Map<string, bigint>();
  for (const each of ceilings) {
    const counterId = pick(
      counters.filter((id) => id.includes(`/${each.window}`)),
      each.nth,
    );
    if (counterId !== undefined) chosen.set(counterId, each.ceiling);
  }
  return [...chosen].map(([counterId, most]) => ({ counterId, ceiling: most }));
}

function pick<T>(among: readonly T[], nth: number): T | undefined {
  return among[nth % Math.max(among.length, 1)];
}

function again(item: MoveMoney | undefined, other: boolean): MoveMoney | undefined {
  return item === undefined ? undefined : { ...item, transferId: newId(), amount: other ? item.amount * 2n : item.amount };
}
