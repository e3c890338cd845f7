/**
 * Where the official clients talk: one gateway, with a channel for each wire protocol, in front of a provider that speaks all
 * of them; and the books of every conversation.
 */
import { PROTOCOLS, type Protocol } from '../../../src/routing/catalog';
import { audit } from '../audit';
import { freshDatabase, type TestDatabase } from '../databases';
import { eventually } from '../eventually';
import { graph, nanoOf, type ReceiptJson, receipt } from '../forge-client';
import { type GatewayProcess, startGateway } from '../gateway-process';
import { type ScriptedUpstream, startScriptedUpstream } from '../scripted-upstream';
import { secretOf, tokenOf } from '../shop-catalog';

export const KEY = secretOf('chat');
/** Nano of a yuan for a token of input and of output. */
const PRICE = { input: 1_000n, output: 4_000n };
const TIMEOUTS = { connectMs: 60_000, firstByteMs: 300_000, idleMs: 300_000, totalMs: 600_000 };

/** The name by which clients ask for the model that runs on a channel of the protocol. */
export const modelOn = (protocol: Protocol) => `on-${protocol}`;

export interface ClientBed {
  readonly provider: ScriptedUpstream;
  readonly database: TestDatabase;
  readonly gateway: GatewayProcess;
  readonly baseUrl: string;
}

/** Another model: its channels in order, each with the upstream's name of it. */
export type ModelOnChannels = readonly [model: string, channels: readonly (readonly [protocol: Protocol, upstreamModel: string])[]];

/** Where the provider speaks each of them, and what it calls the model there. */
const SPOKEN: Readonly<Record<Protocol, { readonly path: string; readonly model: string }>> = {
  openai: { path: '/v1', model: 'small-2025' },
  anthropic: { path: '/v1', model: 'claude-sonnet-4-5' },
  gemini: { path: '/v1beta', model: 'gemini-3-flash' },
};
const ONE_EACH = PROTOCOLS.map((protocol): ModelOnChannels => [modelOn(protocol), [[protocol, SPOKEN[protocol].model]]]);

export async function openClientBed(more: readonly ModelOnChannels[] = []): Promise<ClientBed> {
  const provider = await startScriptedUpstream();
  const database = await freshDatabase('sqlite');
  const gateway = await startGateway({ databaseUrl: database.url, catalog: catalogOf(provider.port, [...ONE_EACH, ...more]) });
  return { provider, database, gateway, baseUrl: `${gateway.origin}/v1` };
}

/** Stops everything; the gateway leaves with 0, and the ledger is in order. */
export async function closeClientBed({ provider, database, gateway }: ClientBed): Promise<void> {
  const { code, stderr } = await gateway.stop();
  const broken = await audit(database);
  await Promise.all([provider.close(), database.drop()]);
  expect({ code, broken, stderr }).toEqual({ code: 0, broken: [], stderr: '' });
}

function catalogOf(port: number, models: readonly ModelOnChannels[]) {
  const channel = (protocol: Protocol) => ({
    id: `${protocol}-channel`,
    protocol,
    baseUrl: `http://127.0.0.1:${port}${SPOKEN[protocol].path}`,
    apiKey: `upstream-secret-of-${protocol}`,
    timeouts: TIMEOUTS,
  });
  return {
    channels: PROTOCOLS.map(channel),
    models: models.map(([id]) => ({ id, contextWindow: 8_000, maxOutputTokens: 1_000, mediaPartTokens: 100 })),
    routes: models.map(([model, channels]) => ({
      model,
      type: 'ORDINARY',
      price: { input: '1', output: '4' },
      channels: channels.map(([protocol, upstreamModel]) => ({ channel: `${protocol}-channel`, upstreamModel })),
    })),
    accounts: [
      {
        id: 'acme',
        name: 'Acme',
        wallets: { RMB: '100' },
        token: tokenOf('acme'),
        projects: [],
        keys: [{ id: 'chat', name: 'chat', secret: KEY, routePolicy: 'ORDINARY_ONLY' }],
      },
    ],
  };
}

/** Hands every call on, and remembers the ids of the answers: those of the receipts. */
export class Recorder {
  readonly requestIds: string[] = [];

  readonly fetch: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    this.requestIds.push(response.headers.get('x-request-id') ?? '');
    return response;
  };
}

/**
 * Lets a conversation happen and looks into the books: every call has a receipt, and there is no other; what they charge is
 * what the balance lost, and what the price list says of what the provider served to its end.
 */
export async function onTheBooks(bed: ClientBed, talk: (recorder: Recorder) => Promise<void>): Promise<readonly ReceiptJson[]> {
  const recorder = new Recorder();
  const before = { servings: bed.provider.served.length, balance: await balanceOf(bed), receipts: await receiptIdsOf(bed) };
  await talk(recorder);
  const receipts = await eventually(async () => {
    const found = await Promise.all(recorder.requestIds.map((id) => receipt(bed.gateway.origin, KEY, id)));
    expect(found.map(({ status }) => status)).not.toContain('IN_FLIGHT');
    return found;
  });
  const made = (await receiptIdsOf(bed)).filter((id) => !before.receipts.includes(id));
  expect(made.sort()).toEqual([...recorder.requestIds].sort());
  const charged = receipts.reduce((sum, { charge }) => sum + nanoOf(charge), 0n);
  const served = bed.provider.served.slice(before.servings).filter(({ completed }) => completed);
  const priced = served.reduce(
    (sum, { promptTokens, completionTokens }) => sum + BigInt(promptTokens) * PRICE.input + BigInt(completionTokens) * PRICE.output,
    0n,
  );
  expect({ charged, lost: before.balance - (await balanceOf(bed)) }).toEqual({ charged: priced, lost: priced });
  return receipts;
}

async function balanceOf({ gateway }: ClientBed): Promise<bigint> {
  const { wallets } = await graph<{ wallets: { bucket: string; balance: string; held: string }[] }>(
    gateway.origin,
    tokenOf('acme'),
    '{ wallets { bucket balance held } }',
  );
  const wallet = wallets.find(({ bucket }) => bucket === 'RMB');
  expect(wallet?.held).toBe('0');
  return nanoOf(wallet?.balance ?? '');
}

async function receiptIdsOf({ gateway }: ClientBed): Promise<string[]> {
  const { receipts } = await graph<{ receipts: { nodes: { id: string }[] } }>(
    gateway.origin,
    tokenOf('acme'),
    '{ receipts(first: 100) { nodes { id } } }',
  );
  return receipts.nodes.map(({ id }) => id);
}
