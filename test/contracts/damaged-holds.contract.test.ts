/** Holds of a dead process whose rows were altered by hand: each is named, and keeps neither the start, nor another hold, nor the next call. */
import { systemClock } from '../../src/kernel/clock';
import { newId } from '../../src/kernel/ids';
import { openMysqlLedger } from '../../src/storage/ledger/mysql/mysql-ledger';
import type { OpenLedger } from '../../src/storage/ledger/open-ledger';
import { openSqliteLedger } from '../../src/storage/ledger/sqlite/sqlite-ledger';
import { auditLedger } from '../support/audit';
import { type DatabaseKind, freshDatabase, isServed, type TestDatabase, whereServed } from '../support/databases';
import { eventually } from '../support/eventually';
import { addWallets, move, place } from '../support/ledger-items';
import { openLedger } from '../support/open-ledger';

const NO_TIME = 2n ** 63n - 1n;
/** What is set, and what an audit says of it, which does not look at all that a hold says of its request. */
const DAMAGES: readonly (readonly [name: string, set: string, rule: string | null])[] = [
  ['an amount that its wallet does not hold', 'amount = 5000', 'I3'],
  ['an amount beyond all', `amount = ${NO_TIME}`, 'I3'],
  ['a wallet that there is not', "wallet_id = 'ghost:RMB'", 'I14'],
  ['a wallet that is none', "wallet_id = ''", 'I14'],
  ['a moment that is none', `placed_at = ${NO_TIME}`, 'I12'],
  ['a request of no time', `created_at = ${-NO_TIME}`, null],
];
/** An embedded database keeps bytes that are no text, and finds them by none. */
const NO_TEXT = "CAST(x'ff41' AS TEXT)";

describe.each<DatabaseKind>(['sqlite', 'mysql'])('open holds of which one is damaged, on %s', (kind) => {
  let served = false;
  let database: TestDatabase;
  let ledger: OpenLedger | undefined;
  let said: string[];
  let holds: ReturnType<typeof place>[];

  beforeAll(async () => {
    served = await isServed(kind);
  });

  beforeEach(async () => {
    if (!served) return;
    database = await freshDatabase(kind);
    await addWallets(database, 'acme');
    said = [];
    holds = Array.from({ length: 5 }, () => place('acme', 100n));
    const before = await openLedger(database);
    await before.store.write({ id: newId(), items: [move('acme', 2_000n), ...holds] });
    await before.close();
  });

  afterEach(async () => {
    await ledger?.close();
    ledger = undefined;
    await database?.drop();
  });

  const promise = whereServed(() => served);

  async function start(): Promise<OpenLedger> {
    const log = { warn: () => undefined, error: (facts: Record<string, unknown>) => void said.push(String(facts['holdId'])) };
    const options = { owner: newId(), clock: systemClock, log };
    ledger = await (kind === 'sqlite'
      ? openSqliteLedger({ ...options, file: database.file })
      : openMysqlLedger({ ...options, url: database.url, onFenced: () => undefined }));
    return ledger;
  }

  const stillOpen = async () => (await database.query("SELECT id FROM hold WHERE state = 'OPEN'")).map(({ id }) => String(id));

  for (const [name, set, rule] of DAMAGES) {
    promise(`with ${name}: the others are ended, and it is named`, async () => {
      const damaged = String(holds[2]?.holdId);
      await database.query(`UPDATE hold SET ${set} WHERE id = '${damaged}'`);
      const { store } = await start();
      await eventually(async () => expect([await stillOpen(), said]).toEqual([[damaged], [damaged]]));
      expect(await store.write({ id: newId(), items: [place('acme', 1_900n)] })).toMatchObject([{ verdict: 'granted' }]);
      const found = (await auditLedger(database)).map((line) => line.split(' ')[0]);
      expect(found).toEqual(expect.arrayContaining(rule === null ? [] : [rule]));
    });
  }

  promise('of a process that is on no list any more: all are ended', async () => {
    await database.query('DELETE FROM gateway_process');
    await start();
    await eventually(async () => expect(await stillOpen()).toEqual([]));
    expect(said).toEqual([]);
    expect(await auditLedger(database)).toEqual([]);
  });

  promise('by a name that is no text: the others are ended', async () => {
    if (kind === 'mysql') return;
    await database.query(`UPDATE hold SET id = ${NO_TEXT} WHERE id = '${holds[2]?.holdId}'`);
    await start();
    expect([await stillOpen(), said]).toEqual([['\ufffdA'], ['\ufffdA']]);
  });
});
