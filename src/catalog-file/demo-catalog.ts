/**
 * What a gateway sells when no catalog is given: models on the demo upstream inside the process, so that a first
 * receipt needs no provider and no money.
 */
import type { PriceClass } from '../kernel/classes';
import { nano, parseDecimal } from '../kernel/money';
import type { DeclaredAccount } from '../keys/declared-account';
import { NO_POLICIES } from '../keys/key-policies';
import { type Channel, type Model, routeId } from '../routing/catalog';
import type { DeclaredChannel, DeclaredPrice, DeclaredRoute } from '../routing/declared-catalog';
import type { Declaration } from './declare';

/** Stable addresses of the demo upstream. They never leave the process, so that a restart changes no channel. */
export const DEMO_FLAKY_URL = 'http://demo.invalid/flaky/v1';
export const DEMO_STEADY_URL = 'http://demo.invalid/steady/v1';

const DEMO_ACCOUNT_ID = 'demo';
export const DEMO_KEY_ID = 'demo-key';
export const DEMO_MODEL_ID = 'forge-demo';

const LARGE_MODEL_ID = 'forge-demo-large';
const VOICE_MODEL_ID = 'forge-demo-voice';
const EAR_MODEL_ID = 'forge-demo-ear';
const TIMEOUTS: Channel['timeouts'] = { connectMs: 3_000, firstByteMs: 30_000, idleMs: 60_000, totalMs: 600_000 };

export interface DemoParts {
  readonly flakyUrl: string;
  readonly steadyUrl: string;
  /** Matters at the first start only: a key that exists keeps its secret. */
  readonly keySecret: string;
}

export function demoCatalog({ flakyUrl, steadyUrl, keySecret }: DemoParts): Declaration {
  return {
    routing: {
      channels: [
        // What it is for is to be seen failing, however often that was.
        { ...channel('demo-a', 'Demo A (sometimes fails)', flakyUrl), breaker: { off: true } },
        channel('demo-b', 'Demo B (steady)', steadyUrl),
      ],
      models: [
        model(DEMO_MODEL_ID, 128_000, 4_096),
        model(LARGE_MODEL_ID, 400_000, 16_384),
        model(VOICE_MODEL_ID, 4_000, 4_000),
        model(EAR_MODEL_ID, 4_000, 4_000),
      ],
      routes: [
        ordinary(DEMO_MODEL_ID, price('0.80', '0.08', '3.20'), price('1.00', '0.10', '4.00')),
        official(DEMO_MODEL_ID, price('0.25', '0.025', '2.00')),
        ordinary(LARGE_MODEL_ID, price('4.00', '0.40', '16.00'), price('5.00', '0.50', '20.00')),
        official(LARGE_MODEL_ID, price('1.25', '0.125', '10.00')),
        spoken(VOICE_MODEL_ID, { characters: '100' }),
        spoken(EAR_MODEL_ID, { perSecond: '0.0007' }),
      ],
    },
    accounts: [account(keySecret)],
    research: { models: { quick: DEMO_MODEL_ID, deep: LARGE_MODEL_ID }, marketData: { provider: 'sample' } },
  };
}

function channel(id: string, name: string, baseUrl: string): DeclaredChannel {
  return { id, name, protocol: 'openai', baseUrl, apiKey: 'demo', timeouts: TIMEOUTS, onClientGone: 'drain' };
}

function model(id: string, contextWindow: number, maxOutputTokens: number): Model {
  return { id, contextWindow, maxOutputTokens, mediaPartTokens: 2_000 };
}

function ordinary(modelId: string, primary: DeclaredPrice, backup: DeclaredPrice): DeclaredRoute {
  return {
    id: routeId(modelId, 'ORDINARY'),
    model: modelId,
    type: 'ORDINARY',
    price: primary,
    steps: [
      { channelId: 'demo-a', upstreamModel: modelId, maxAttempts: 1, price: null, cost: null },
      { channelId: 'demo-b', upstreamModel: modelId, maxAttempts: 1, price: backup, cost: null },
    ],
  };
}

function official(modelId: string, routePrice: DeclaredPrice): DeclaredRoute {
  return {
    id: routeId(modelId, 'OFFICIAL'),
    model: modelId,
    type: 'OFFICIAL',
    price: routePrice,
    steps: [{ channelId: 'demo-b', upstreamModel: modelId, maxAttempts: 1, price: null, cost: null }],
  };
}

/** What is spoken and heard costs nothing by the token. */
function spoken(modelId: string, apart: Partial<Record<PriceClass, string>>): DeclaredRoute {
  const classes = Object.fromEntries(Object.entries(apart).map(([name, text]) => [name, nano(parseDecimal(text) ?? 0n)]));
  const step = { upstreamModel: modelId, maxAttempts: 1, price: null, cost: null };
  const steps = [
    { ...step, channelId: 'demo-a' },
    { ...step, channelId: 'demo-b' },
  ];
  return { id: routeId(modelId, 'ORDINARY'), model: modelId, type: 'ORDINARY', price: { ...price('0', '0', '0'), classes }, steps };
}

function price(input: string, cachedInput: string, output: string): DeclaredPrice {
  const amount = (text: string) => nano(parseDecimal(text) ?? 0n);
  return {
    input: amount(input),
    cachedInput: amount(cachedInput),
    cacheWrite: null,
    output: amount(output),
    perRequest: null,
    multiplier: amount('1'),
  };
}

function account(secret: string): DeclaredAccount {
  return {
    id: DEMO_ACCOUNT_ID,
    name: 'Demo',
    token: null,
    wallets: [
      { bucket: 'RMB', amount: parseDecimal('100') ?? 0n },
      { bucket: 'CREDIT', amount: parseDecimal('10') ?? 0n },
    ],
    projects: [{ id: 'demo-project', name: 'Demo project', spendLimits: [] }],
    keys: [
      {
        id: DEMO_KEY_ID,
        name: 'Demo key',
        secret,
        projectId: 'demo-project',
        routePolicy: 'ORDINARY_FIRST',
        crossBucketFallback: false,
        allowedModels: null,
        limits: { requestsPerMinute: null, tokensPerMinute: null, concurrency: null, spend: [] },
        policies: NO_POLICIES,
        expiresAt: null,
      },
    ],
  };
}
