/** A gateway that is told wrong things says so, all at once, and touches nothing. */
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Sqlite } from '../../src/storage/sqlite-driver';
import { gatewayThatRefuses, OPERATOR_TOKEN, startGateway } from '../support/gateway-process';
import { secretOf, shopCatalog, tokenOf } from '../support/shop-catalog';

const WRONG_CONFIGURATION = 78;
/** Of the head of a SQLite file: a version above 2 makes the file read-only, whoever opens it. */
const WRITE_VERSION_AT = 18;
const WRITTEN_BY_A_LATER_SQLITE = 3;
const UPSTREAM = { baseUrl: 'http://127.0.0.1:9/v1' };
const CATALOG = shopCatalog({ a: UPSTREAM, b: UPSTREAM, official: UPSTREAM });

describe('a gateway that is told wrong things', () => {
  let folder: string;
  const databaseUrl = () => `sqlite:${join(folder, 'ledger.sqlite')}`;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tokens-forge-configuration-'));
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('names every fault of environment and catalog in one message, exits with 78, and writes nothing', async () => {
    const wrong = {
      ...CATALOG,
      models: [...CATALOG.models, { id: 'new', contextWindow: -1, maxOutputTokens: 10, colour: 'red' }],
      routes: [
        ...CATALOG.routes,
        { model: 'nothing', type: 'ORDINARY', price: { input: 0.8, output: '-1' }, channels: [{ channel: 'nowhere' }] },
      ],
    };
    const environment = { PORT: 'many', ADMIN_TOKEN: 'short', LOG_LEVEL: 'loud', MASTER_KEY: 'no key' };
    const { code, stdout, stderr } = await gatewayThatRefuses({ databaseUrl: databaseUrl(), catalog: wrong, environment });
    expect({ code, stdout }).toEqual({ code: WRONG_CONFIGURATION, stdout: '' });
    for (const fault of ['PORT', 'ADMIN_TOKEN', 'LOG_LEVEL', 'MASTER_KEY', 'contextWindow', 'colour', '].price.input', 'output']) {
      expect(stderr).toContain(fault);
    }
    expect(stderr).not.toContain('short');
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(existsSync(join(folder, 'ledger.sqlite'))).toBe(false);
  });

  it('names the models and channels that the catalog lacks', async () => {
    const route = { model: 'nothing', type: 'ORDINARY', price: { input: '1', output: '1' }, channels: [{ channel: 'nowhere' }] };
    const { code, stderr } = await gatewayThatRefuses({ databaseUrl: databaseUrl(), catalog: { ...CATALOG, routes: [route] } });
    expect(code).toBe(WRONG_CONFIGURATION);
    for (const name of ['nothing', 'nowhere']) expect(stderr).toContain(name);
    expect(existsSync(join(folder, 'ledger.sqlite'))).toBe(false);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['a catalog file that does not exist', { CATALOG: '/nowhere/catalog.yaml' }, /catalog\.yaml/],
    ['workers without MySQL and Redis', { WORKERS: '2' }, /WORKERS/],
    ['MySQL without a master key', { DATABASE_URL: 'mysql://nobody@127.0.0.1:9/none', MASTER_KEY: '' }, /MASTER_KEY/],
    ['an address that the machine has not', { HOST: '192.0.2.1' }, /HOST: this machine has no such address \(EADDRNOTAVAIL\)/],
    ['private upstream addresses that it may not call', { UPSTREAM_ALLOW_PRIVATE: 'false' }, /private|loopback/i],
  ])('refuses %s, and says what to change', async (_what, environment, message) => {
    const { code, stderr } = await gatewayThatRefuses({ databaseUrl: databaseUrl(), catalog: CATALOG, environment });
    expect(code).toBe(WRONG_CONFIGURATION);
    expect(stderr).toMatch(message);
    expect(existsSync(join(folder, 'ledger.sqlite'))).toBe(false);
  });

  it('refuses a catalog that is no UTF-8, so that no name is stored mangled', async () => {
    const file = join(folder, 'latin1.yaml');
    writeFileSync(file, Buffer.from('channels: []\nmodels: []\nroutes: []\naccounts: [{ id: a, name: Zo\u00eb }]\n', 'latin1'));
    const { code, stderr } = await gatewayThatRefuses({ databaseUrl: databaseUrl(), environment: { CATALOG: file } });
    expect([code, stderr]).toEqual([WRONG_CONFIGURATION, expect.stringMatching(/CATALOG: the file .*latin1\.yaml is not text in UTF-8/)]);
  });

  it.each<[string, (folder: string) => string, RegExp]>([
    ['is a folder', (at) => at, /cannot be written \(EISDIR\)/],
    ['lies in a file', (at) => join(at, 'text.txt', 'ledger.sqlite'), /cannot be written \((EEXIST|ENOTDIR)\)/],
    ['lies where no folder can be made', () => '/proc/nowhere/at/all/ledger.sqlite', /cannot be written \((ENOENT|EACCES|EROFS)\)/],
    ['is none', (at) => join(at, 'text.txt'), /is no SQLite database/],
  ])('refuses a database that %s, with the name of the variable and of the file', async (_what, place, problem) => {
    writeFileSync(join(folder, 'text.txt'), 'nothing but text, and enough of it to be read as the head of a database'.repeat(20));
    const file = place(folder);
    const { code, stderr } = await gatewayThatRefuses({ databaseUrl: `sqlite:${file}`, catalog: CATALOG });
    expect(code).toBe(WRONG_CONFIGURATION);
    expect(stderr).toContain(`DATABASE_URL: names the file ${file}`);
    expect(stderr).toMatch(problem);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it.each([20, 100, 138])('cannot start where the disk is full after %i pages, and says in one line what to change', async (pages) => {
    const file = join(folder, `full-${pages}.sqlite`);
    const nodeArguments = ['-r', require.resolve('../support/small-disk.cjs')];
    const environment = { SMALL_DISK_PAGES: `${pages}` };
    const { code, stderr } = await gatewayThatRefuses({ databaseUrl: `sqlite:${file}`, catalog: CATALOG, environment, nodeArguments });
    expect([code, stderr]).toEqual([
      1,
      `The database ${file} cannot be written, because its disk is full (SQLITE_FULL): make room there, or name another file in DATABASE_URL, and start again.\n`,
    ]);
  });

  it('cannot start on a database that may only be read, and says so as of one in a folder that may not be written', async () => {
    const file = join(folder, 'read-only.sqlite');
    await (await startGateway({ databaseUrl: `sqlite:${file}`, catalog: CATALOG })).stop();
    const database = openSync(file, 'r+');
    writeSync(database, Uint8Array.of(WRITTEN_BY_A_LATER_SQLITE), 0, 1, WRITE_VERSION_AT);
    closeSync(database);
    const { code, stderr } = await gatewayThatRefuses({ databaseUrl: `sqlite:${file}`, catalog: CATALOG });
    expect(code).toBe(WRONG_CONFIGURATION);
    expect(stderr).toContain(`DATABASE_URL: names the file ${file}, which cannot be written (SQLITE_READONLY)`);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it.each(['setting', 'channel'])('cannot start on a file in which %s is damaged, and says what to do', async (table) => {
    const file = join(folder, `damaged-${table}.sqlite`);
    await (await startGateway({ databaseUrl: `sqlite:${file}`, catalog: CATALOG })).stop();
    const sound = new Sqlite(file);
    const page = sound.prepare('SELECT rootpage FROM sqlite_master WHERE name = ?').pluck().get(table) as number;
    const size = sound.pragma('page_size', { simple: true }) as number;
    sound.close();
    const database = openSync(file, 'r+');
    writeSync(database, Buffer.alloc(size, 0xff), 0, size, (page - 1) * size);
    closeSync(database);
    const { code, stderr } = await gatewayThatRefuses({ databaseUrl: `sqlite:${file}`, catalog: CATALOG });
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^The database \S+ is damaged \(SQLITE_CORRUPT\): .*put back a backup.*\n$/)]);
  });

  it("refuses an operator's token that opens an account or a key already, so that nobody becomes the operator by it", async () => {
    const shared = `sqlite:${join(folder, 'shared-token.sqlite')}`;
    await (await startGateway({ databaseUrl: shared, catalog: CATALOG })).stop();
    const opened: [string, RegExp][] = [
      [tokenOf('acme'), /ADMIN_TOKEN: opens the account "acme" already/],
      [secretOf('careful'), /ADMIN_TOKEN: opens the key "careful" already/],
    ];
    for (const [ADMIN_TOKEN, fault] of opened) {
      const { code, stderr } = await gatewayThatRefuses({ databaseUrl: shared, environment: { ADMIN_TOKEN } });
      expect([code, stderr]).toEqual([WRONG_CONFIGURATION, expect.stringMatching(fault)]);
      expect(stderr).not.toContain(ADMIN_TOKEN);
    }
    const [acme] = CATALOG.accounts;
    const taken = { ...CATALOG, accounts: [{ ...acme, id: 'late', projects: [], keys: [], token: OPERATOR_TOKEN }] };
    const { code, stderr } = await gatewayThatRefuses({ databaseUrl: shared, catalog: taken, environment: { ADMIN_TOKEN: '' } });
    expect([code, stderr]).toEqual([WRONG_CONFIGURATION, expect.stringMatching(/accounts\[0\]\.token: is the operator's token/)]);
    await (await startGateway({ databaseUrl: shared, catalog: CATALOG })).stop();
  });

  it('never owns an embedded database together with another: the second one refuses, and the first goes on', async () => {
    const first = await startGateway({ databaseUrl: databaseUrl(), catalog: CATALOG });
    const { code, stderr } = await gatewayThatRefuses({ databaseUrl: databaseUrl(), catalog: CATALOG });
    expect(code).toBeGreaterThan(0);
    expect(stderr).toMatch(/^The database .* is in use by another process.*\n$/);
    expect((await fetch(`${first.origin}/readyz`)).status).toBe(200);
    expect((await first.stop()).code).toBe(0);
  });

  it('cannot start on a database that does not answer, and says so in one line', async () => {
    const { code, stderr } = await gatewayThatRefuses({ databaseUrl: 'mysql://root@127.0.0.1:9/none', catalog: CATALOG });
    expect(code).toBeGreaterThan(0);
    expect(stderr).toMatch(
      /^The database server at 127\.0\.0\.1:9 cannot be reached \(ECONNREFUSED\): start it, or correct DATABASE_URL\.\n$/,
    );
  });
});
