/**
 * How long a page of receipts with their attempts, entries and channels takes over the graph of a compiled gateway, and the
 * same rows by plain SQL from the same database; the first page of a long history and its last one.
 * `node -r ./scripts/register.cjs test/bench/lists.ts [sqlite|mysql] [receipts] [rounds]` prints one line of JSON.
 */
import { Agent, request } from 'node:http';
import { systemClock } from '../../src/kernel/clock';
import { addBulkHistory } from '../support/bulk-history';
import { type DatabaseKind, freshDatabase, type TestDatabase } from '../support/databases';
import { type GatewayProcess, startGateway } from '../support/gateway-process';
import { startScriptedUpstream } from '../support/scripted-upstream';
import { HI, secretOf, shopCatalog, tokenOf } from '../support/shop-catalog';
import { type Page, pageBySql, placeBeforeLast } from './lists-sql';

const FIRST = 50;
const STEP_MS = 1_000;
const WARM_UP = 200;
const TOLD_EVERY_MS = 250;
const PAGE = `query ($after: String) { receipts(first: ${FIRST}, after: $after) { nodes { id createdAt settledAt status stopReason requestedModel
  routeType bucket charge retryCount fallbackCount usage { inputTokens outputTokens } finalChannel { id name }
  attempts { index status charge startedAt latencyMs channel { id name } usage { inputTokens outputTokens } }
  ledgerEntries { id kind amount balanceBefore balanceAfter } } pageInfo { hasNextPage endCursor } } }`;
const USAGE = `query { usage(from: "2000-01-01T00:00:00Z", to: "2100-01-01T00:00:00Z", interval: DAY, groupBy: MODEL) { start group requests charge } }`;

const agent = new Agent({ keepAlive: true });

function ask(origin: string, query: string, variables: object): Promise<string> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${tokenOf('acme')}` };
  return new Promise((resolve, reject) => {
    const asking = request(`${origin}/graphql`, { method: 'POST', agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => (text.includes('"errors"') ? reject(new Error(text)) : resolve(text)));
    });
    asking.on('error', reject);
    asking.end(JSON.stringify({ query, variables }));
  });
}

interface Waits {
  readonly p50: number;
  readonly p99: number;
}

/** One after the other. */
async function timed(rounds: number, work: () => unknown): Promise<Waits> {
  for (let round = 0; round < WARM_UP; round += 1) await work();
  const waits: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const from = performance.now();
    await work();
    waits.push(performance.now() - from);
  }
  waits.sort((a, b) => a - b);
  const at = (share: number) => Math.round((waits[Math.floor(waits.length * share)] ?? 0) * 100) / 100;
  return { p50: at(0.5), p99: at(0.99) };
}

async function fill(database: TestDatabase, receipts: number): Promise<GatewayProcess> {
  const upstream = await startScriptedUpstream();
  const settings = {
    databaseUrl: database.url,
    catalog: shopCatalog({ a: upstream, b: upstream, official: upstream }),
    environment: { NODE_ENV: 'production' },
  };
  const first = await startGateway(settings);
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${secretOf('chat')}` };
  const body = JSON.stringify({ model: 'small', messages: HI });
  await (await fetch(`${first.origin}/v1/chat/completions`, { method: 'POST', headers, body })).text();
  await first.stop();
  await addBulkHistory(database, { walletId: 'acme:RMB', requests: receipts, stepMs: STEP_MS });
  // As `npm start` begins it.
  const gateway = await startGateway({ ...settings, nodeArguments: ['--max-semi-space-size=64'] });
  await upstream.close();
  return gateway;
}

/** What waits to be added to the sums of usage, once nothing does. */
async function untilAdded(database: TestDatabase): Promise<void> {
  const waiting = "SELECT id FROM ledger_batch WHERE usage_state = 'PENDING' LIMIT 1";
  while ((await database.query(waiting)).length > 0) await systemClock.sleep(TOLD_EVERY_MS);
}

async function measure(database: TestDatabase, gateway: GatewayProcess, rounds: number) {
  const last = await placeBeforeLast(database, FIRST);
  const after = Buffer.from(`${last.createdAt} ${last.id}`, 'latin1').toString('base64url');
  const raw = await pageBySql(database);
  try {
    await expectTheSame(gateway, raw, { after, last });
    return {
      graph: await timed(rounds, () => ask(gateway.origin, PAGE, {})),
      raw: await timed(rounds, () => raw.page(FIRST, null)),
      graphLast: await timed(rounds, () => ask(gateway.origin, PAGE, { after })),
      rawLast: await timed(rounds, () => raw.page(FIRST, last)),
      usage: await timed(Math.ceil(rounds / 5), () => ask(gateway.origin, USAGE, {})),
    };
  } finally {
    await raw.close();
  }
}

/** Both give the same receipts, attempts and entries: otherwise nothing is compared. */
async function expectTheSame(
  gateway: GatewayProcess,
  raw: Page,
  { after, last }: { after: string; last: { createdAt: bigint; id: string } },
) {
  for (const [variables, place] of [[{}, null] as const, [{ after }, last] as const]) {
    const { data } = JSON.parse(await ask(gateway.origin, PAGE, variables)) as { data: { receipts: { nodes: Node[] } } };
    const counts = { receipts: 0, attempts: 0, entries: 0 };
    for (const node of data.receipts.nodes) {
      counts.receipts += 1;
      counts.attempts += node.attempts.length;
      counts.entries += node.ledgerEntries.length;
    }
    const same = await raw.page(FIRST, place);
    if (JSON.stringify(counts) !== JSON.stringify(same)) throw new Error(`${JSON.stringify(counts)} is not ${JSON.stringify(same)}`);
  }
}

interface Node {
  readonly attempts: readonly unknown[];
  readonly ledgerEntries: readonly unknown[];
}

async function main(): Promise<void> {
  const [kind = 'sqlite', receipts = '10000', rounds = '300'] = process.argv.slice(2);
  const database = await freshDatabase(kind as DatabaseKind);
  try {
    const startedAt = performance.now();
    const gateway = await fill(database, Number(receipts));
    const filledAt = performance.now();
    await untilAdded(database);
    const seconds = { fill: Math.round((filledAt - startedAt) / 1_000), add: Math.round((performance.now() - filledAt) / 1_000) };
    console.log(JSON.stringify({ receipts: Number(receipts), seconds, ...(await measure(database, gateway, Number(rounds))) }));
    await gateway.stop();
  } finally {
    agent.destroy();
    await database.drop();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
