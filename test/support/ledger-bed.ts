/** The ledger of a suite on one kind of database, with its reading side beside it: fresh, and gone when the suite is through. */
import type { Clock } from '../../src/kernel/clock';
import { newId } from '../../src/kernel/ids';
import type { Bucket } from '../../src/kernel/words';
import type { LedgerItem, LedgerVerdict } from '../../src/ledger/ledger-store';
import type { OpenLedger } from '../../src/storage/ledger/open-ledger';
import { type DatabaseKind, freshDatabase, isServed, type Promised, type TestDatabase, whereServed } from './databases';
import { addWallets, move } from './ledger-items';
import { openLedger } from './open-ledger';
import { type OpenReader, openReader } from './open-reader';

export interface LedgerBed {
  /** Whether this machine has such a database. Where it has none, the bed never stands. */
  readonly served: boolean;
  /** Of the test or hook that asks: none of the three is there before the first hook. */
  readonly database: TestDatabase;
  readonly ledger: OpenLedger;
  readonly open: OpenReader;
  /** Writes one batch. */
  write(...items: LedgerItem[]): Promise<readonly LedgerVerdict[]>;
  /** A new account, with so much in each of the buckets; its key is called `<account>-key`. */
  accountWith(balance: bigint, ...buckets: Bucket[]): Promise<string>;
  readonly promise: Promised;
}

export interface LedgerBedOptions {
  /** The ledger's; left out: the real one. */
  readonly clock?: Clock;
  /** In the place of the ledger as the gateway opens it. */
  readonly opens?: (database: TestDatabase) => Promise<OpenLedger>;
  /** Of the reading side, at most; left out: as many as the gateway has. */
  readonly connections?: number;
  /** Before every test; left out: once for all of them. */
  readonly anewForEachTest?: boolean;
  /** Comes when the bed stands. What it gives is called before the bed is taken down. */
  readonly prepare?: () => Promise<undefined | (() => Promise<void>)>;
}

interface Standing extends Pick<LedgerBed, 'database' | 'ledger' | 'open'> {
  readonly takeDown: () => Promise<void>;
}

/** To be called inside `describe`: it adds the hooks. */
export function ledgerBed(kind: DatabaseKind, options: LedgerBedOptions = {}): LedgerBed {
  let served = false;
  let standing: Standing | null = null;
  let accounts = 0;
  const now = (): Standing => {
    if (standing === null) throw new Error('the bed is asked for before it stands');
    return standing;
  };
  const bed: LedgerBed = {
    get served() {
      return served;
    },
    get database() {
      return now().database;
    },
    get ledger() {
      return now().ledger;
    },
    get open() {
      return now().open;
    },
    write: (...items) => now().ledger.store.write({ id: newId(), items }),
    accountWith: async (balance, ...buckets) => {
      const account = `account-${accounts++}`;
      await addWallets(now().database, account);
      if (balance > 0n) await bed.write(...buckets.map((bucket) => move(account, balance, {}, bucket)));
      return account;
    },
    promise: whereServed(() => served),
  };
  const [before, after] = options.anewForEachTest === true ? [beforeEach, afterEach] : [beforeAll, afterAll];
  before(async () => {
    served = await isServed(kind);
    if (!served) return;
    standing = await stood(await freshDatabase(kind), options);
    const closing = await options.prepare?.();
    if (closing === undefined) return;
    const { takeDown, ...rest } = standing;
    standing = { ...rest, takeDown: () => closing().finally(takeDown) };
  });
  after(async () => {
    await standing?.takeDown();
    standing = null;
  });
  return bed;
}

async function stood(database: TestDatabase, { clock, connections, opens }: LedgerBedOptions): Promise<Standing> {
  const ledger = await (opens?.(database) ?? openLedger(database, clock === undefined ? {} : { clock }));
  const open = await openReader(database, connections);
  const takeDown = async () => {
    await open.close();
    await ledger.close();
    await database.drop();
  };
  return { database, ledger, open, takeDown };
}
