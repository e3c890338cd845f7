/** The audit as an operator runs it, and the verification that an account asks for, beside a gateway that serves. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, copyFileSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Sqlite } from '../../src/storage/sqlite-driver';
import { freshDatabase } from '../support/databases';
import { graph, graphAnswer, postChat } from '../support/forge-client';
import { CHECKOUT, OPERATOR_TOKEN } from '../support/gateway-process';
import { addWallets } from '../support/ledger-items';
import { onEachDatabase } from '../support/on-each-database';
import { HI, secretOf, tokenOf } from '../support/shop-catalog';

const command = (name: string) => join(CHECKOUT, 'dist', 'src', 'cli', `${name}.js`);
const STATEMENT = ['--account', 'acme', '--month', '2026-11'];
const VERIFY = 'query($id: ID!) { verifyLedger(walletId: $id) { ok entries sealedThrough headHash firstBadEntryId problem } }';

const runAudit = (databaseUrl: string, ...args: string[]) => run('audit', databaseUrl, ...args);

async function run(name: string, databaseUrl: string, ...args: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [command(name), ...args], { env: { PATH: process.env['PATH'] ?? '', DATABASE_URL: databaseUrl } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  try {
    const [code] = await once(child, 'close');
    return { code: code as number | null, output };
  } finally {
    child.kill('SIGKILL');
  }
}

interface Verified {
  readonly verifyLedger: {
    readonly ok: boolean;
    readonly entries: number;
    readonly firstBadEntryId: string | null;
    readonly problem: string | null;
  };
}

onEachDatabase('the audit', (bed, promise) => {
  const verify = async (token: string, id = 'acme:RMB') => (await graph<Verified>(bed.gateway.origin, token, VERIFY, { id })).verifyLedger;
  const call = async () => (await postChat(bed.gateway.origin, secretOf('chat'), { model: 'small', messages: HI })).text();

  promise('finds the books of a gateway that serves in order, and says what it read', async () => {
    await Promise.all(Array.from({ length: 12 }, call));
    const [{ code, output }] = await Promise.all([runAudit(bed.database.url), call()]);
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('The books are in order.') });
    expect(output).toMatch(/\d+ wallets, 1\d entries|\d+ wallets, \d+ entries/);
  });

  promise('tells the account that owns a wallet, and the operator, that it is in order', async () => {
    for (const token of [tokenOf('acme'), OPERATOR_TOKEN]) {
      expect(await verify(token)).toMatchObject({ ok: true, firstBadEntryId: null, problem: null });
    }
    const [row] = await bed.database.query("SELECT COUNT(*) AS entries FROM transfer WHERE wallet_id = 'acme:RMB'");
    expect((await verify(tokenOf('acme'))).entries).toBe(Number(row?.['entries']));
  });

  promise('tells everybody else the same of a wallet as of one that does not exist', async () => {
    const answers = await Promise.all(
      ['acme:RMB', 'nobody:RMB', "x' OR 1 = 1"].map((id) => graphAnswer(bed.gateway.origin, tokenOf('globex'), VERIFY, { id })),
    );
    const said = answers.map(({ errors }) => [errors?.[0]?.message, errors?.[0]?.extensions?.['code']]);
    expect(said).toEqual([said[0], said[0], said[0]]);
    expect(said[0]?.[1]).toBe('NOT_FOUND');
  });

  promise('refuses an API key, whose account owns more than it may see', async () => {
    const { errors } = await graphAnswer(bed.gateway.origin, secretOf('chat'), VERIFY, { id: 'acme:RMB' });
    expect(errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN');
  });

  promise('names the row that was edited, fails the command with 1, and is content when it is put back', async () => {
    const [row] = await bed.database.query("SELECT MAX(id) AS id FROM transfer WHERE kind = 'CHARGE' AND wallet_id = 'acme:RMB'");
    const id = String(row?.['id']);
    await bed.database.query(`UPDATE transfer SET amount = amount - 1 WHERE id = '${id}'`);
    try {
      expect(await verify(tokenOf('acme'))).toMatchObject({ ok: false, firstBadEntryId: id, problem: expect.stringContaining(id) });
      expect(await verify(OPERATOR_TOKEN, 'acme:CREDIT')).toMatchObject({ ok: true });
      expect(await runAudit(bed.database.url)).toEqual({ code: 1, output: expect.stringMatching(new RegExp(`receipt .* ${id} is of`)) });
    } finally {
      await bed.database.query(`UPDATE transfer SET amount = amount + 1 WHERE id = '${id}'`);
    }
    expect(await runAudit(bed.database.url)).toMatchObject({ code: 0 });
  });

  promise('names the row of a wallet that is said to be somebody else’s by now', async () => {
    await bed.database.query("UPDATE wallet SET account_id = 'x' WHERE id = 'acme:RMB'");
    try {
      expect(await verify(tokenOf('acme'))).toMatchObject({ ok: false, problem: expect.stringContaining('wallet acme:RMB: it is stored') });
    } finally {
      await bed.database.query("UPDATE wallet SET account_id = 'acme' WHERE id = 'acme:RMB'");
    }
  });

  promise('takes no arguments, so that nobody reads of one ledger what was asked of another', async () => {
    const { code, output } = await runAudit(bed.database.url, 'sqlite:./another.sqlite');
    expect([code, output]).toEqual([64, expect.stringContaining('DATABASE_URL')]);
  });

  promise('says that the configuration is wrong, with 78, where no ledger is, and so does a statement', async () => {
    const inPlaceOf = (name: string) => bed.database.url.replace(/\/[^/]*$/, `/${name}`);
    const elsewhere = bed.kind === 'sqlite' ? ['sqlite:./there/is/no.sqlite'] : ['tf_test_no_such_database', 'mysql'].map(inPlaceOf);
    for (const url of [...elsewhere, 'postgres://localhost/x']) {
      const wrong = { code: 78, output: expect.stringContaining('DATABASE_URL') };
      expect(await Promise.all([runAudit(url), run('statement', url, ...STATEMENT)])).toEqual([wrong, wrong]);
    }
  });
});

it('changes no file, and neither does a statement: not the mode of a copy, and not what a crash left beside it', async () => {
  const database = await freshDatabase('sqlite');
  await addWallets(database, 'acme');
  const [backup, crashed] = [`${database.file}.backup`, `${database.file}.crashed`];
  const db = new Sqlite(database.file);
  db.exec(`VACUUM INTO '${backup}'`);
  db.exec('UPDATE wallet SET held = 0');
  for (const beside of ['', '-wal']) copyFileSync(`${database.file}${beside}`, `${crashed}${beside}`);
  db.close();
  const found = () =>
    [backup, crashed, `${crashed}-wal`].map((file) =>
      existsSync(file) ? createHash('sha256').update(readFileSync(file)).digest('hex') : null,
    );
  const before = found();
  const asked = [backup, crashed].flatMap((file) => [runAudit(`sqlite:${file}`), run('statement', `sqlite:${file}`, ...STATEMENT)]);
  const [audited, stated] = [/in order/, /CLOSING/].map((text) => ({ code: 0, output: expect.stringMatching(text) }));
  expect(await Promise.all(asked)).toEqual([audited, stated, audited, stated]);
  expect(found()).toEqual(before);
  await database.drop();
});

it('finds no ledger in order whose file is damaged, wherever that is', async () => {
  const database = await freshDatabase('sqlite');
  const db = new Sqlite(database.file);
  const page = db.prepare("SELECT rootpage FROM sqlite_master WHERE name = 'alert_rule'").pluck().get() as number;
  const size = db.pragma('page_size', { simple: true }) as number;
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.close();
  expect(await runAudit(database.url)).toMatchObject({ code: 0 });
  const file = openSync(database.file, 'r+');
  writeSync(file, Buffer.alloc(size, 0xff), 0, size, (page - 1) * size);
  closeSync(file);
  expect(await runAudit(database.url)).toEqual({ code: 1, output: expect.stringMatching(/is damaged .*backup/) });
  await database.drop();
});
