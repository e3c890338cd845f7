/** Random histories, batch by batch, against an oracle: every verdict and every balance must be the same. */
import { type Arbitrary, array, assert, asyncProperty, bigInt, boolean, constantFrom, nat, oneof, record } from 'fast-check';
import { newId } from '../../src/kernel/ids';
import type { Bucket } from '../../src/kernel/words';
import type { EndRequest, LedgerItem, MoveMoney, PlaceHold } from '../../src/ledger/ledger-store';
import { walletId } from '../../src/ledger/wallet';
import type { OpenLedger } from '../../src/storage/ledger/open-ledger';
import { auditLedger } from '../support/audit-ledger';
import { type DatabaseKind, freshDatabase, isServed, type TestDatabase } from '../support/databases';
import { addWallets, end, move, overage, place, refusal } from '../support/ledger-items';
import { LedgerOracle } from '../support/ledger-oracle';
import { openLedger } from '../support/open-ledger';
import { announceSeed } from '../support/seed';

jest.setTimeout(120_000);

/** One thing that somebody asks of the ledger; `nth` picks among what was asked before. */
type Step =
  | { readonly step: 'place'; readonly bucket: Bucket; readonly amount: bigint; readonly less: bigint }
  | { readonly step: 'replace'; readonly nth: number; readonly amount: bigint }
  | { readonly step: 'end'; readonly nth: number; readonly share: bigint; readonly over: boolean }
  | { readonly step: 'end again'; readonly nth: number }
  | { readonly step: 'move'; readonly bucket: Bucket; readonly amount: bigint }
  | { readonly step: 'move again'; readonly nth: number }
  | { readonly step: 'refuse' };

const bucket = constantFrom<Bucket>('RMB', 'CREDIT');
const amount = oneof(bigInt({ min: 0n, max: 40n }), bigInt({ min: 2n ** 53n, max: 2n ** 53n + 5n }));
const is = <S extends Step['step']>(step: S) => constantFrom<S>(step);
const steps: Arbitrary<Step> = oneof(
  { weight: 6, arbitrary: record({ step: is('place'), bucket, amount, less: bigInt({ min: 0n, max: 10n }) }) },
  { weight: 1, arbitrary: record({ step: is('replace'), nth: nat(50), amount }) },
  { weight: 5, arbitrary: record({ step: is('end'), nth: nat(50), share: bigInt({ min: 0n, max: 4n }), over: boolean() }) },
  { weight: 1, arbitrary: record({ step: is('end again'), nth: nat(50) }) },
  { weight: 3, arbitrary: record({ step: is('move'), bucket, amount: oneof(amount, bigInt({ min: -30n, max: -1n })) }) },
  { weight: 1, arbitrary: record({ step: is('move again'), nth: nat(50) }) },
  { weight: 1, arbitrary: record({ step: is('refuse') }) },
);
const histories = array(array(steps, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 12 });

/** Turns steps into items, knowing what was asked before. */
class Asker {
  readonly oracle = new LedgerOracle();
  private readonly holds: { readonly item: PlaceHold; readonly granted: bigint }[] = [];
  private readonly ends: EndRequest[] = [];
  private moment = 0;
  private readonly moves: MoveMoney[] = [];

  constructor(private readonly account: string) {}

  /** The item of a step and what the oracle makes of it; undefined where there is nothing to pick. */
  ask(step: Step): { item: LedgerItem; expected: ReturnType<LedgerOracle['apply']> } | undefined {
    const item = this.itemOf(step);
    if (item === undefined) return undefined;
    const expected = this.oracle.apply(item);
    if (item.kind === 'place' && expected.verdict === 'granted') this.holds.push({ item, granted: expected.amount });
    if (item.kind === 'end' && expected.verdict === 'done') this.ends.push(item);
    if (item.kind === 'move') this.moves.push(item);
    return { item, expected };
  }

  private itemOf(step: Step): LedgerItem | undefined {
    switch (step.step) {
      case 'place':
        return place(this.account, step.amount, { atLeast: step.amount > step.less ? step.amount - step.less : 0n }, step.bucket);
      case 'replace':
        return this.replacement(step.nth, step.amount);
      case 'end':
        return this.endOf(step.nth, step.share, step.over);
      case 'end again':
        return pick(this.ends, step.nth);
      case 'move':
        return move(this.account, step.amount === 0n ? 1n : step.amount, {}, step.bucket);
      case 'move again':
        return again(pick(this.moves, step.nth));
      case 'refuse':
        return refusal(this.account);
    }
  }

  private replacement(nth: number, size: bigint): PlaceHold | undefined {
    const old = pick(this.holds, nth);
    if (old === undefined) return undefined;
    const other = old.item.walletId.endsWith(':RMB') ? 'CREDIT' : 'RMB';
    const replaces = { holdId: old.item.holdId, walletId: old.item.walletId, amount: old.granted };
    return place(this.account, size, { replaces, request: old.item.request }, other);
  }

  private endOf(nth: number, share: bigint, over: boolean): EndRequest | undefined {
    const hold = pick(this.holds, nth);
    if (hold === undefined) return undefined;
    const charge = (hold.granted * share) / 4n;
    const whole = end(hold.item, charge, over ? overage(3n) : {}, hold.granted);
    // No two ends of one request are at the same moment: that alone tells them apart when nothing is charged.
    return { ...whole, receipt: { ...whole.receipt, settledAt: whole.receipt.settledAt + this.moment++ } };
  }
}

function pick<T>(among: readonly T[], nth: number): T | undefined {
  return among[nth % Math.max(among.length, 1)];
}

function again(item: MoveMoney | undefined): MoveMoney | undefined {
  return item === undefined ? undefined : { ...item, transferId: newId() };
}

describe.each<[DatabaseKind, number]>([
  ['sqlite', 200],
  ['mysql', 100],
])('random histories on %s', (kind, numRuns) => {
  let served = false;
  let database: TestDatabase;
  let ledger: OpenLedger;
  let accounts = 0;

  beforeAll(async () => {
    served = await isServed(kind);
    if (!served) return;
    database = await freshDatabase(kind);
    ledger = await openLedger(database);
  });

  afterAll(async () => {
    await ledger?.close();
    await database?.drop();
  });

  async function replay(history: readonly (readonly Step[])[]): Promise<void> {
    const account = `history-${accounts++}`;
    await addWallets(database, account);
    const asker = new Asker(account);
    for (const batch of history) {
      const asked = batch.flatMap((step) => asker.ask(step) ?? []);
      const verdicts = await ledger.store.write({ id: newId(), items: asked.map(({ item }) => item) });
      expect(verdicts).toEqual(asked.map(({ expected }) => expected));
    }
    for (const name of ['RMB', 'CREDIT'] as const) {
      const id = walletId(account, name);
      const rows = await database.query(`SELECT posted, held FROM wallet WHERE id = '${id}'`);
      expect(rows).toEqual([asker.oracle.wallets.get(id) ?? { posted: 0n, held: 0n }]);
    }
  }

  it('gives every verdict and every balance that the rules give', async () => {
    if (!served) return;
    await assert(asyncProperty(histories, replay), { seed: announceSeed(), numRuns });
    expect(await auditLedger(database)).toEqual([]);
  });
});
