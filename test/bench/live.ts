/**
 * How long a committed entry takes to all who follow the spend of an account over WebSocket, and how many events leave one process.
 * `node -r ./scripts/register.cjs test/bench/live.ts [sqlite|mysql] [subscribers] [seconds]` prints one line of JSON.
 */
import { systemClock } from '../../src/kernel/clock';
import { residentMemoryMb } from '../fault/process-memory';
import { type DatabaseKind, freshDatabase } from '../support/databases';
import { graph } from '../support/forge-client';
import { type GatewayProcess, OPERATOR_TOKEN, startGateway } from '../support/gateway-process';
import { connectLive, type RawLiveClient } from '../support/raw-live-client';
import { startScriptedUpstream } from '../support/scripted-upstream';
import { shopCatalog, tokenOf } from '../support/shop-catalog';

/** As many as a token may have half of, so that each has room. */
const OF_TOKEN = 500;
const CONNECTED_AT_ONCE = 50;
const PACED_PER_SECOND = 2;
/** In one mutation, so that they are there at once. */
const BURST = 40;
const FOLLOW = 'subscription { spend { cursor balance available bucket entry { id kind amount memo } } }';

/** What has arrived: how many events, and how long each was under way. */
interface Arrivals {
  count: number;
  readonly delays: number[];
}

async function follow(origin: string, token: string, arrivals: Arrivals): Promise<RawLiveClient> {
  const client = await connectLive(origin, token);
  client.socket.on('message', (message) => {
    const sentAt = /"memo":"at ([\d.]+)"/.exec(String(message))?.[1];
    if (sentAt === undefined) return;
    arrivals.count += 1;
    arrivals.delays.push(performance.now() - Number(sentAt));
  });
  client.subscribe('spend', FOLLOW);
  return client;
}

async function followers(origin: string, count: number, arrivals: Arrivals): Promise<RawLiveClient[]> {
  const make = 'mutation($n: String!) { createAccountToken(name: $n, role: MEMBER) { secret } }';
  const clients: RawLiveClient[] = [];
  for (let from = 0; from < count; from += OF_TOKEN) {
    const { createAccountToken } = await graph<{ createAccountToken: { secret: string } }>(origin, tokenOf('acme'), make, {
      n: `b${from}`,
    });
    for (let at = from; at < Math.min(count, from + OF_TOKEN); at += CONNECTED_AT_ONCE) {
      const some = Math.min(CONNECTED_AT_ONCE, count - at);
      clients.push(...(await Promise.all(Array.from({ length: some }, () => follow(origin, createAccountToken.secret, arrivals)))));
    }
  }
  return clients;
}

let topUps = 0;

async function commit(origin: string, entries: number): Promise<void> {
  const each = Array.from({ length: entries }, (_, nth) => {
    topUps += 1;
    return `t${nth}: topUp(accountId: "acme", bucket: RMB, amount: "0.000001", idempotencyKey: "bench-${topUps}", memo: "at ${performance.now()}") { id }`;
  });
  await graph(origin, OPERATOR_TOKEN, `mutation { ${each.join(' ')} }`);
}

async function until(arrivals: Arrivals, count: number): Promise<void> {
  while (arrivals.count < count) await systemClock.sleep(1);
}

async function paced(origin: string, subscribers: number, seconds: number, arrivals: Arrivals) {
  for (let nth = 0; nth < seconds * PACED_PER_SECOND; nth += 1) {
    await commit(origin, 1);
    await systemClock.sleep(1_000 / PACED_PER_SECOND);
  }
  await until(arrivals, seconds * PACED_PER_SECOND * subscribers);
  const sorted = arrivals.delays.splice(0).sort((a, b) => a - b);
  const at = (share: number) => Math.round((sorted[Math.floor(sorted.length * share)] ?? 0) * 10) / 10;
  return { p50: at(0.5), p99: at(0.99) };
}

async function burst(origin: string, subscribers: number, arrivals: Arrivals) {
  const [before, from] = [arrivals.count, performance.now()];
  await commit(origin, BURST);
  await until(arrivals, before + BURST * subscribers);
  return Math.round((BURST * subscribers * 1_000) / (performance.now() - from));
}

async function measure(gateway: GatewayProcess, subscribers: number, seconds: number) {
  const idle = residentMemoryMb(gateway.pid);
  const arrivals: Arrivals = { count: 0, delays: [] };
  const clients = await followers(gateway.origin, subscribers, arrivals);
  // Whoever follows from now on has to be there before the first entry: the last one to come hears of it.
  await commit(gateway.origin, 1);
  while (arrivals.count < subscribers) {
    await commit(gateway.origin, 1);
    await systemClock.sleep(500);
  }
  await systemClock.sleep(1_000);
  Object.assign(arrivals, { count: 0 });
  arrivals.delays.length = 0;
  const delay = await paced(gateway.origin, subscribers, seconds, arrivals);
  const perSecond = await burst(gateway.origin, subscribers, arrivals);
  const memory = { idle, followed: residentMemoryMb(gateway.pid) };
  for (const { socket } of clients) socket.terminate();
  return { subscribers, delay, perSecond, memory };
}

async function main(): Promise<void> {
  const [kind = 'sqlite', subscribers = '2000', seconds = '5'] = process.argv.slice(2);
  const database = await freshDatabase(kind as DatabaseKind);
  const upstream = await startScriptedUpstream();
  try {
    const catalog = shopCatalog({ a: upstream, b: upstream, official: upstream });
    // As `npm start` begins it.
    const gateway = await startGateway({ databaseUrl: database.url, catalog, nodeArguments: ['--max-semi-space-size=64'] });
    console.log(JSON.stringify(await measure(gateway, Number(subscribers), Number(seconds))));
    await gateway.stop();
  } finally {
    await upstream.close();
    await database.drop();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
