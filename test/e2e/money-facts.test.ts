/** Costs and margins for the operator, and statements for the owner of an account: over the graph, and as a file. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { get, graph, graphAnswer, postChat } from '../support/forge-client';
import { CHECKOUT, OPERATOR_TOKEN } from '../support/gateway-process';
import { onEachDatabase } from '../support/on-each-database';
import { HI, secretOf, tokenOf } from '../support/shop-catalog';

const STATEMENT = join(CHECKOUT, 'dist', 'src', 'cli', 'statement.js');
const month = () => new Date().toISOString().slice(0, 7);

interface Stated {
  readonly walletId: string;
  readonly opening: string;
  readonly closing: string;
  readonly totals: readonly { readonly kind: string; readonly entries: number; readonly amount: string }[];
  readonly entries: { readonly nodes: readonly { readonly id: string; readonly amount: string }[] };
}

onEachDatabase('money facts', (bed, promise) => {
  async function call(keyId: string, model = 'small'): Promise<string> {
    const response = await postChat(bed.gateway.origin, secretOf(keyId), { model, messages: HI });
    await response.text();
    return response.headers.get('x-request-id') ?? '';
  }

  const attemptsOf = async (token: string, id: string) =>
    (
      await graph<{ receipt: { attempts: { cost: { currency: string; amount: string } | null }[] } }>(
        bed.gateway.origin,
        token,
        `{ receipt(id: "${id}") { attempts { cost { currency amount } } } }`,
      )
    ).receipt.attempts.map(({ cost }) => cost);

  const asked = () => `{ statement(month: "${month()}", accountId: "acme") { wallets { walletId opening closing
    totals { kind entries amount } entries(first: 100) { nodes { id amount } } } } }`;

  const statement = (...args: string[]) =>
    spawnSync(process.execPath, [STATEMENT, '--month', month(), ...args], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] ?? '', DATABASE_URL: bed.database.url },
      timeout: 30_000,
    });

  promise('show what an attempt costs to the operator, and to nobody else', async () => {
    const id = await call('chat');
    expect(await attemptsOf(OPERATOR_TOKEN, id)).toEqual([{ currency: 'CNY', amount: '0.0000065' }]);
    for (const token of [tokenOf('acme'), secretOf('chat')]) expect(await attemptsOf(token, id)).toEqual([null]);
    expect(await (await get(bed.gateway.origin, `/v1/receipts/${id}`, secretOf('chat'))).text()).not.toContain('0.0000065');
    const routes = '{ routes(model: "small") { channels { cost { currency input } } } }';
    const costs = async (token: string) => JSON.stringify(await graph(bed.gateway.origin, token, routes));
    expect(await costs(OPERATOR_TOKEN)).toContain('{"currency":"USD","input":"0.1"}');
    expect(await costs(tokenOf('acme'))).not.toContain('currency');
  });

  promise('keep the cost of the channel that answered, in the currency in which it bills', async () => {
    bed.a.next({ status: 500 });
    expect(await attemptsOf(OPERATOR_TOKEN, await call('chat'))).toEqual([null, { currency: 'USD', amount: '0.0000013' }]);
  });

  promise('add up to margins that the operator alone may see', async () => {
    const margins = (token: string) =>
      graphAnswer<{ margins: object[] }>(
        bed.gateway.origin,
        token,
        `{ margins(from: "2020-01-01T00:00:00Z", to: "2100-01-01T00:00:00Z", groupBy: API_KEY) {
          group requests charges { bucket amount } costs { currency amount } margin { currency amount } marginReason } }`,
      );
    await call('narrow');
    const seen = await margins(OPERATOR_TOKEN);
    expect(seen.data.margins).toContainEqual({
      group: 'narrow',
      requests: 1,
      charges: [{ bucket: 'RMB', amount: '0.000013' }],
      costs: [{ currency: 'CNY', amount: '0.0000065' }],
      margin: { currency: 'CNY', amount: '0.0000065' },
      marginReason: null,
    });
    for (const token of [tokenOf('acme'), secretOf('chat')]) {
      expect((await margins(token)).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    }
  });

  promise('list what answers cost above their holds', async () => {
    bed.official.next({ usage: [{ prompt_tokens: 1_000_000, completion_tokens: 1_000_000, total_tokens: 2_000_000 }] });
    const receiptId = await call('official');
    const { overages } = await graph<{ overages: { nodes: { receiptId: string; currency: string; amount: string }[] } }>(
      bed.gateway.origin,
      OPERATOR_TOKEN,
      '{ overages(first: 1) { nodes { receiptId currency amount } } }',
    );
    expect(overages.nodes).toMatchObject([{ receiptId, currency: 'USD' }]);
    expect(overages.nodes[0]?.amount).toMatch(/^2\.24/);
  });

  promise('name the argument of a statement that is asked for a month behind all others', async () => {
    const { errors } = await graphAnswer(bed.gateway.origin, tokenOf('acme'), '{ statement(month: "9999-12") { from to } }');
    expect(errors).toMatchObject([{ message: expect.stringContaining('2999-12'), extensions: { code: 'BAD_USER_INPUT', param: 'month' } }]);
  });

  promise('make a statement whose entries lead from the opening to the closing balance', async () => {
    await call('chat');
    const { statement: told } = await graph<{ statement: { wallets: Stated[] } }>(bed.gateway.origin, tokenOf('acme'), asked());
    const [rmb] = told.wallets;
    expect(rmb).toMatchObject({ walletId: 'acme:RMB', opening: '0' });
    expect(rmb?.totals[0]).toEqual({ kind: 'TOP_UP', entries: 1, amount: '1000' });
    expect(rmb?.entries.nodes.length).toBe(rmb?.totals.reduce((sum, { entries }) => sum + entries, 0));
    const { wallets } = await graph<{ wallets: { id: string; balance: string }[] }>(
      bed.gateway.origin,
      tokenOf('acme'),
      '{ wallets { id balance } }',
    );
    expect(wallets.map(({ balance }) => balance)).toEqual(told.wallets.map(({ closing }) => closing));
  });

  promise('never show a statement to a key, or to the owner of another account', async () => {
    const codeFor = async (token: string) => (await graphAnswer(bed.gateway.origin, token, asked())).errors?.[0]?.extensions.code;
    expect(await codeFor(secretOf('chat'))).toBe('FORBIDDEN');
    expect(await codeFor(tokenOf('globex'))).toBe('NOT_FOUND');
    expect(await codeFor(OPERATOR_TOKEN)).toBeUndefined();
  });

  promise('write the same statement as a file, while the gateway runs', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tokens-forge-statement-'));
    try {
      const out = join(folder, 'acme.json');
      expect(statement('--account', 'acme', '--format', 'json', '--out', out)).toMatchObject({ status: 0, stdout: '', stderr: '' });
      const written = JSON.parse(readFileSync(out, 'utf8')) as { wallets: { closing: string; entries: { id: string }[] }[] };
      const { statement: told } = await graph<{ statement: { wallets: Stated[] } }>(bed.gateway.origin, tokenOf('acme'), asked());
      expect(written.wallets.map(({ closing }) => closing)).toEqual(told.wallets.map(({ closing }) => closing));
      const ids = written.wallets.map(({ entries }) => entries.map(({ id }) => id).reverse());
      expect(ids).toEqual(told.wallets.map(({ entries }) => entries.nodes.map(({ id }) => id)));
      const csv = statement('--account', 'acme');
      expect(csv.stdout.split('\r\n').filter((line) => line.includes(',ENTRY,'))).toHaveLength(ids.flat().length);
      expect(statement('--account', 'nobody', '--out', join(folder, 'nobody.csv'))).toMatchObject({ status: 1, stdout: '' });
      expect(existsSync(join(folder, 'nobody.csv'))).toBe(false);
      expect(statement('--format', 'xml')).toMatchObject({ status: 64, stdout: '' });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  promise('write what was sent to a channel as a file, with what its receipts say of it, also where another one answered', async () => {
    bed.a.next({ status: 500 });
    const id = await call('chat');
    const { receipt } = await graph<{ receipt: { attempts: { channel: { id: string }; upstreamRequestId: string | null }[] } }>(
      bed.gateway.origin,
      OPERATOR_TOKEN,
      `{ receipt(id: "${id}") { attempts { channel { id } upstreamRequestId } } }`,
    );
    expect(receipt.attempts.length).toBeGreaterThan(1);
    for (const [index, { channel, upstreamRequestId }] of receipt.attempts.entries()) {
      const { stdout } = statement('--channel', channel.id, '--format', 'json');
      const { attempts, totals } = JSON.parse(stdout) as {
        attempts: { receipt: string; attempt: number }[];
        totals: { attempts: number }[];
      };
      expect(attempts).toContainEqual(expect.objectContaining({ receipt: id, attempt: index, upstreamRequestId }));
      expect(totals.reduce((sum, total) => sum + total.attempts, 0)).toBe(attempts.length);
      expect(statement('--channel', channel.id).stdout.split(',ATTEMPT,').length - 1).toBe(attempts.length);
    }
    expect(statement('--channel', 'missing')).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringContaining('no channel "missing"'),
    });
  });
});
