/** What the disk promises for settlements that the ledger could not take: nothing acknowledged is lost, and nothing is changed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NANO_MAX, nano } from '../../src/kernel/money';
import { endOfText, textOfEnd } from '../../src/storage/spool/end-text';
import { SqliteSpool } from '../../src/storage/spool/sqlite-spool';
import { Sqlite } from '../../src/storage/sqlite-driver';
import { end, overage, place, refusal } from '../support/ledger-items';

const ROOT = join(__dirname, '..', '..');
const ENOUGH = 50;

describe('the spool on the disk', () => {
  let folder: string;
  let file: string;
  let said: string[];
  const opened: SqliteSpool[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tokens-forge-spool-'));
    file = join(folder, 'data', 'spool.sqlite');
    said = [];
  });

  afterEach(() => {
    for (const spool of opened.splice(0)) spool.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function open(): SqliteSpool {
    const spool = new SqliteSpool({ file, clock: { now: () => 1_790_000_000_000 }, log: { error: (_, message) => said.push(message) } });
    opened.push(spool);
    return spool;
  }

  const someEnd = (charge = 30n) => end(place('acme', 100n), charge);

  it('gives back exactly what was kept, whatever its amounts, the oldest first', async () => {
    const whole = place('acme', NANO_MAX);
    const ends = [end(whole, NANO_MAX - 1n, overage(NANO_MAX)), refusal('acme'), end(place('acme', 2n), 0n)];
    const spool = open();
    for (const item of ends) await spool.keep(item);
    expect(await spool.waiting(10)).toEqual(ends);
    expect(await open().waiting(2)).toEqual(ends.slice(0, 2));
  });

  it('makes no file before something has to be kept', async () => {
    expect(await open().waiting(10)).toEqual([]);
    expect(existsSync(join(folder, 'data'))).toBe(false);
  });

  it('keeps what many requests bring at once', async () => {
    const ends = Array.from({ length: 300 }, () => someEnd());
    const spool = open();
    await Promise.all(ends.map((item) => spool.keep(item)));
    expect(await open().waiting(1_000)).toEqual(ends);
  });

  it('keeps one end of a request: the later one', async () => {
    const first = someEnd();
    const bare = { ...first, attempts: [], receipt: { ...first.receipt, charge: nano(0n) } };
    const spool = open();
    await spool.keep(first);
    await spool.keep(bare);
    expect(await spool.waiting(10)).toEqual([bare]);
  });

  it('forgets what it is told to, for every process that shares it', async () => {
    const ends = [someEnd(), someEnd()];
    const [spool, other] = [open(), open()];
    for (const item of ends) await spool.keep(item);
    await other.forget([ends[0]!.receipt.requestId]);
    expect(await spool.waiting(10)).toEqual([ends[1]]);
  });

  it('keeps what was set aside for people, and does not offer it again', async () => {
    const item = someEnd();
    const spool = open();
    await spool.keep(item);
    await spool.setAside(item.receipt.requestId, 'the hold was gone');
    expect(await spool.waiting(10)).toEqual([]);
    const row = new Sqlite(file).prepare('SELECT content, problem FROM settlement').get() as { content: string; problem: string };
    expect(endOfText(row.content)).toEqual(item);
    expect(row.problem).toBe('the hold was gone');
  });

  it.each([
    ['that is torn', (whole: string) => whole.slice(0, -9)],
    ['of nothing', () => 'null'],
    ['of something else', (whole: string) => whole.replace('"end"', '"move"')],
    ['of no request', () => '{"kind":"end"}'],
  ])('sets a record aside %s, and gives the others', async (_what, spoiled) => {
    const [bad, good] = [someEnd(), someEnd()];
    const spool = open();
    await spool.keep(bad);
    new Sqlite(file).prepare('UPDATE settlement SET content = ?').run(spoiled(textOfEnd(bad)));
    expect(await spool.waiting(10)).toEqual([]);
    await spool.keep(good);
    expect(await spool.waiting(10)).toEqual([good]);
    expect(said).toEqual(['a settlement in the spool cannot be read: it is set aside']);
  });

  it('goes on with a new file when the old one is damaged, and deletes nothing', async () => {
    const item = someEnd();
    await open().keep(item);
    writeFileSync(file, 'this is no database, however long one looks at it'.repeat(40));
    const spool = open();
    expect(await spool.waiting(10)).toEqual([]);
    await spool.keep(item);
    expect(await spool.waiting(10)).toEqual([item]);
    expect(readdirSync(join(folder, 'data')).filter((name) => name.includes('damaged'))).toHaveLength(1);
    expect(said.join()).toMatch(/damaged/);
  });

  it('says so when the disk takes nothing, keeps nothing then, and works again when it does', async () => {
    const spool = open();
    await spool.keep(someEnd());
    const full = new Sqlite(file);
    full.exec("CREATE TRIGGER full BEFORE INSERT ON settlement BEGIN SELECT RAISE(ABORT, 'disk full'); END");
    const item = someEnd();
    // The driver's error is of the class of whoever loaded it first in this process, so `toThrow` may not know it for an error.
    await expect(spool.keep(item)).rejects.toMatchObject({ message: 'disk full' });
    full.exec('DROP TRIGGER full');
    full.close();
    await spool.keep(item);
    expect(await spool.waiting(10)).toHaveLength(2);
  });

  it('has everything that it acknowledged before a kill -9, whole, and nothing torn', async () => {
    const child = spawn(process.execPath, ['-r', './scripts/register.cjs', '-e', ENDLESS, file], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'close');
    let output = '';
    try {
      await new Promise<void>((resolve) => {
        child.stdout.setEncoding('utf8').on('data', (text: string) => {
          output += text;
          if (output.split('\n').length > ENOUGH) resolve();
        });
        child.once('exit', () => resolve());
      });
    } finally {
      child.kill('SIGKILL');
      await ended;
    }
    const acknowledged = output.split('\n').slice(0, -1);
    expect(acknowledged.length).toBeGreaterThanOrEqual(ENOUGH);
    const kept = await open().waiting(100_000);
    expect(new Set(kept.map(({ receipt }) => receipt.requestId))).toEqual(
      new Set([...acknowledged, ...kept.slice(acknowledged.length).map(({ receipt }) => receipt.requestId)]),
    );
    expect(kept.length - acknowledged.length).toBeLessThanOrEqual(PER_TURN);
    expect(kept.every(({ attempts, receipt }) => attempts.length === 1 && receipt.charge === 30n)).toBe(true);
    expect(said).toEqual([]);
  });
});

const PER_TURN = 5;
/** Keeps some ends at once, again and again, and prints the id of each when it is acknowledged. */
const ENDLESS = `
  const { writeSync } = require('node:fs');
  const { SqliteSpool } = require('./src/storage/spool/sqlite-spool');
  const { end, place } = require('./test/support/ledger-items');
  const spool = new SqliteSpool({ file: process.argv[1], clock: { now: () => 0 }, log: { error: () => undefined } });
  const one = async () => {
    const item = end(place('acme', 100n), 30n);
    await spool.keep(item);
    writeSync(1, item.receipt.requestId + '\\n');
  };
  (async () => { for (;;) await Promise.all(Array.from({ length: ${PER_TURN} }, one)); })();
`;
