/**
 * Everything that moves money at once, over and over: several writers on the same wallets, holds, keys, codes and receipts, amounts at the
 * ends of what there is, a clock that jumps both ways, and writers that are gone between. What each caller was told makes a simple book, and
 * the ledger's own must say the same. `ROUNDS=200 npx jest …` runs more.
 */
import { NANO_MAX, nano } from '../../src/kernel/money';
import type { Bucket } from '../../src/kernel/words';
import { GroupCommit } from '../../src/ledger/group-commit';
import type { LedgerVerdict } from '../../src/ledger/ledger-store';
import type { OpenLedger } from '../../src/storage/ledger/open-ledger';
import { auditLedger } from '../support/audit';
import { type DatabaseKind, freshDatabase, isServed, type TestDatabase } from '../support/databases';
import { eventually } from '../support/eventually';
import { addWallets } from '../support/ledger-items';
import { openLedger } from '../support/open-ledger';
import { seededRandom } from '../support/seeded-random';
import { SimpleBook } from '../support/simple-book';
import { type Asked, Asking } from '../support/wild-asking';

jest.setTimeout(900_000);

const ROUNDS = Number(process.env['ROUNDS'] ?? '0');
const ASKED_AT_ONCE = 80;
const ACCOUNTS = ['acme', 'globex'];
const WALLETS = ACCOUNTS.flatMap((account) => (['RMB', 'CREDIT'] as Bucket[]).map((bucket) => `${account}:${bucket}`));

describe.each<[DatabaseKind, number]>([
  ['sqlite', ROUNDS || 25],
  ['mysql', ROUNDS || 8],
])('everything at once on %s', (kind, rounds) => {
  let served = false;
  let database: TestDatabase;
  let writers: OpenLedger[] = [];
  const random = seededRandom();
  /** Jumps by up to a month, both ways. */
  let shiftMs = 0;
  const clock = {
    now: () => Date.now() + shiftMs,
    monotonic: () => performance.now(),
    sleep: (ms: number) => new Promise<void>((done) => setTimeout(done, ms)),
  };

  beforeAll(async () => {
    served = await isServed(kind);
    if (!served) return;
    database = await freshDatabase(kind);
    for (const account of ACCOUNTS) await addWallets(database, account);
    await open();
  });

  afterAll(async () => {
    await Promise.all(writers.map((writer) => writer.close()));
    await database?.drop();
  });

  /** One process owns an embedded database. */
  async function open(): Promise<void> {
    const count = kind === 'sqlite' ? 1 : 2;
    writers = await Promise.all(Array.from({ length: count }, () => openLedger(database, { clock })));
  }

  /** All writers go without ending their holds, and others come. */
  async function crash(book: SimpleBook): Promise<void> {
    await Promise.all(writers.map((writer) => writer.close()));
    await open();
    await eventually(async () => expect(await database.query("SELECT id FROM hold WHERE state = 'OPEN'")).toEqual([]));
    book.crash();
  }

  async function tell(asked: readonly Asked[], book: SimpleBook): Promise<void> {
    const lines = writers.map(({ store }) => new GroupCommit(store));
    const told = await Promise.all(
      asked.map(async ({ item }): Promise<LedgerVerdict | 'failed'> => {
        const line = lines[random.between(0, lines.length - 1)] as GroupCommit;
        try {
          return await (item.kind === 'place' ? line.place(item) : line.end(item));
        } catch {
          return 'failed';
        }
      }),
    );
    for (const [at, { item, never }] of asked.entries()) {
      const verdict = told[at] as LedgerVerdict | 'failed';
      if (never === null) expect([item, verdict]).not.toEqual([item, 'failed']);
      else expect([item, verdict === 'failed' ? null : verdict.verdict]).not.toEqual([item, never]);
      book.note(item, verdict);
    }
  }

  async function noteProgress(book: SimpleBook): Promise<void> {
    const open = book.openHolds().filter(() => random.chance(0.3));
    const checkpoints = open.map(({ item, granted }) => book.checkpoint(item, nano(granted < 2n ** 54n ? granted / 2n : 3n)));
    await (writers[0] as OpenLedger).store.checkpoint(checkpoints);
  }

  async function expectTheSame(book: SimpleBook): Promise<void> {
    for (const id of WALLETS) {
      const [row] = await database.query(`SELECT posted, held FROM wallet WHERE id = '${id}'`);
      expect({ id, ...row }).toEqual({ id, ...book.balance(id) });
      expect((row?.['posted'] as bigint) <= NANO_MAX).toBe(true);
    }
    expect(book.contradictions()).toEqual([]);
    expect(await auditLedger(database)).toEqual([]);
  }

  it('is in the books as each caller was told', async () => {
    if (!served) return;
    const book = new SimpleBook();
    const asking = new Asking(ACCOUNTS, random, book);
    for (let round = 0; round < rounds; round += 1) {
      shiftMs = random.between(-30, 30) * 86_400_000;
      await asking.prepare(database);
      await tell(asking.some(ASKED_AT_ONCE), book);
      await noteProgress(book);
      if (random.chance(0.25)) await crash(book);
      await expectTheSame(book);
    }
  });
});
