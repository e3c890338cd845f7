import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Sqlite } from '../sqlite-driver';

/** Says when it begins to wait, and writes. */
const WRITER = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { Sqlite } = require(workerData.driver);
  const { writeInTurn } = require(workerData.writing);
  const db = new Sqlite(workerData.file);
  parentPort.postMessage('waits');
  const isDone = writeInTurn(db, () => db.prepare('INSERT INTO told VALUES (1)').run().changes === 1);
  db.close();
  parentPort.postMessage(isDone ? 'wrote' : 'gave up');
`;

describe('Who writes beside the ledger, while somebody else writes', () => {
  let folder: string;
  let other: InstanceType<typeof Sqlite>;
  let thread: Worker;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'writing-'));
    const file = join(folder, 'a.sqlite');
    other = new Sqlite(file);
    other.exec('PRAGMA journal_mode = WAL; CREATE TABLE told (a INTEGER); BEGIN IMMEDIATE');
    const workerData = { file, driver: join(__dirname, '..', 'sqlite-driver.ts'), writing: join(__dirname, 'sqlite-writing.ts') };
    const hook = join(__dirname, '..', '..', '..', 'scripts', 'register.cjs');
    thread = new Worker(WRITER, { eval: true, workerData, execArgv: ['-r', hook] });
    expect(await once(thread, 'message')).toEqual(['waits']);
  });

  afterEach(async () => {
    await thread.terminate();
    other.close();
    rmSync(folder, { recursive: true });
  });

  it('has its turn afterwards', async () => {
    other.exec('COMMIT');

    expect(await once(thread, 'message')).toEqual(['wrote']);
    expect(other.prepare('SELECT count(*) AS rows FROM told').get()).toEqual({ rows: 1 });
  });

  it('can be ended as it waits, and the process goes on', async () => {
    await thread.terminate();
    other.exec('COMMIT');

    expect(other.prepare('SELECT count(*) AS rows FROM told').get()).toEqual({ rows: 0 });
  });
});
