/** The flow on a stage: a fake upstream, a ledger in memory, one key, and a sink that remembers. */

import type { Interruption } from '../../src/attempts/attempt-job';
import { LocalRateLimiter } from '../../src/cluster/local-rate-limiter';
import type { AnswerHead, AnswerSink, CompletionRequest, Gateway } from '../../src/gateway/completion-request';
import { Checkpoints } from '../../src/gateway/ending/checkpoints';
import type { KeptAnswer } from '../../src/gateway/ending/kept-answer';
import { chatCompletions } from '../../src/gateway/endpoints/chat-completions';
import type { Endpoint } from '../../src/gateway/endpoints/endpoint';
import { serveCompletion } from '../../src/gateway/serve-completion';
import { CountedAlarms } from '../../src/kernel/alarms';
import type { Fault } from '../../src/kernel/fault';
import { Interrupt } from '../../src/kernel/interrupt';
import type { ApiKey, SpendLimit } from '../../src/keys/api-key';
import type { RateLevels } from '../../src/keys/rate-limiter';
import { GroupCommit } from '../../src/ledger/group-commit';
import type { EndRequest } from '../../src/ledger/ledger-store';
import type { Route } from '../../src/routing/catalog';
import { ChannelHealth } from '../../src/routing/health/channel-health';
import { NOBODY_ELSE } from '../../src/routing/health/health-news';
import { aCatalog, aChannel, aModel, amount, aPrice, aRoute } from './catalog-builders';
import { type Act, FakeUpstream } from './fake-upstream';
import { aKey } from './key-builders';
import { MemoryLedger } from './memory-ledger';
import { MemorySpool } from './memory-spool';

class RecordingSink implements AnswerSink {
  head: AnswerHead | null = null;
  rates: RateLevels | null = null;
  frames: string[] = [];
  audio: Buffer[] = [];
  whole: string | null = null;
  fault: Fault | null = null;
  /** What stood in the ledger when the last byte was given out. */
  settledFirst: boolean | null = null;
  constructor(private readonly ledger: MemoryLedger) {}
  get started() {
    return this.frames.length > 0;
  }
  announce(head: AnswerHead) {
    this.head = head;
  }
  announceRates(levels: RateLevels) {
    this.rates = levels;
  }
  write(frames: string) {
    this.frames.push(frames);
    return true;
  }
  writeBytes(bytes: Buffer) {
    this.audio.push(bytes);
    return true;
  }
  whenReady = () => Promise.resolve();
  finishAudio(bytes: Buffer) {
    this.audio.push(bytes);
    this.settledFirst = this.ledger.receipts.size === 1;
  }
  finishWhole(text: string) {
    this.whole = text;
    this.settledFirst = this.ledger.receipts.size === 1;
  }
  finishStream(frames: string) {
    this.frames.push(frames);
    this.settledFirst = this.ledger.receipts.size === 1;
  }
  giveAgain(answer: KeptAnswer) {
    this.whole = answer.text;
  }
  fail(fault: Fault) {
    this.fault = fault;
    this.settledFirst = this.ledger.receipts.size === 1;
  }
}

export interface Scene {
  readonly acts?: Readonly<Record<string, readonly Act[]>>;
  readonly key?: Partial<ApiKey>;
  readonly projectLimits?: readonly SpendLimit[];
  readonly rmb?: string;
  readonly credit?: string;
  readonly routes?: readonly Route[];
  /** Of the model `m`. */
  readonly maxOutputTokens?: number;
  readonly body?: Record<string, unknown> | string;
  readonly headers?: Partial<CompletionRequest>;
  readonly onClientGone?: 'drain' | 'cancel';
  /** How the channels are when the request comes; left out: nothing is known of them. */
  readonly health?: ChannelHealth;
  /** Several secrets of the channels a, b and c. */
  readonly apiKeys?: readonly string[];
  readonly endpoint?: Endpoint;
  /** Milliseconds since 1970; left out: always 1,000. */
  readonly now?: () => number;
  /** Whether this process counts among the living, each time that it asks; left out: it is alone. */
  readonly isLiving?: () => Promise<boolean>;
}

const routes = [
  aRoute('m', 'ORDINARY', [
    { channelId: 'a', maxAttempts: 2 },
    { channelId: 'b', price: aPrice({ id: 'dear', output: amount('8') }) },
  ]),
];

/** Everything set up, nothing sent yet. */
export function stage(scene: Scene) {
  const ledger = new MemoryLedger();
  ledger.fund('acme:RMB', amount(scene.rmb ?? '100'));
  ledger.fund('acme:CREDIT', amount(scene.credit ?? '100'));
  const heldAtSend: boolean[] = [];
  const upstream = new FakeUpstream(scene.acts ?? {}, () => heldAtSend.push(ledger.open.size === 1));
  const catalog = aCatalog({
    models: [aModel('m', scene.maxOutputTokens === undefined ? {} : { maxOutputTokens: scene.maxOutputTokens })],
    channels: [
      ...['a', 'b', 'c'].map((id) =>
        aChannel(id, { onClientGone: scene.onClientGone ?? 'drain', ...(scene.apiKeys && { apiKeys: scene.apiKeys }) }),
      ),
      aChannel('off', { enabled: false }),
      aChannel('gemini', { protocol: 'gemini' }),
      // Speaks everything, and can carry nothing.
      aChannel('narrow', { protocol: 'anthropic' }),
    ],
    routes: scene.routes ?? routes,
  });
  const key = aKey(scene.key ?? {});
  const spool = new MemorySpool();
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const clock = { now: scene.now ?? (() => 1_000), monotonic: () => 0, sleep: () => Promise.resolve() };
  const counter = { load: () => undefined, count: (text: string) => text.split(/\s+/).filter(Boolean).length };
  const checkpoints = new Checkpoints({ store: ledger, counter, clock, log });
  const gateway = {
    keys: {
      recognise: async () => ({ key, secret: { hash: '', keyId: key.id, validUntil: null }, projectLimits: scene.projectLimits ?? [] }),
    } as unknown as Gateway['keys'],
    rates: new LocalRateLimiter({ monotonic: () => 0 }),
    catalog: { current: () => catalog, prices: async () => new Map() },
    runs: { find: async () => new Map() },
    ledger: new GroupCommit(ledger),
    reader: { keyUse: async () => undefined },
    upstreams: { openai: upstream, anthropic: { operations: upstream.operations, cannot: () => 'it is too narrow.', send: upstream.send } },
    health: scene.health ?? new ChannelHealth({ clock, log, wire: NOBODY_ELSE, catalog: () => catalog }),
    counter,
    spool,
    archive: null,
    unended: new Set(),
    clock,
    log,
    alarms: new CountedAlarms(log),
    checkpoints,
    ...(scene.isLiving && { isLiving: scene.isLiving }),
  } satisfies Gateway;
  const body = scene.body ?? { model: 'm', messages: [{ role: 'user', content: 'hello there' }], max_tokens: 50 };
  const request: CompletionRequest = {
    id: 'req-1',
    endpoint: scene.endpoint ?? chatCompletions,
    credential: 'sk',
    from: '203.0.113.7',
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    routeHeader: null,
    deadlineHeader: null,
    runHeader: null,
    idempotencyKey: null,
    receivedAt: 1_000,
    receivedTick: 0,
    ...scene.headers,
  };
  const sink = new RecordingSink(ledger);
  const interruption = new Interrupt<Interruption>();
  const serve = async () => {
    const receipt = await serveCompletion(gateway, request, sink, interruption);
    if (receipt === null) throw new Error('an earlier answer was given again');
    return receipt;
  };
  return { gateway, request, ledger, spool, upstream, heldAtSend, sink, interruption, serve };
}

/**
 * Serves the request, and checks what holds for each: it is held before it is sent, settled before the last byte, no hold stays, and its
 * end says all that a ledger needs.
 */
export async function play(scene: Scene) {
  const set = stage(scene);
  const receipt = await set.serve();
  const { posted, held } = set.ledger.wallets.get('acme:RMB') ?? { posted: 0n, held: 0n };
  expect(set.heldAtSend).not.toContain(false);
  expect(set.ledger.open.size).toBe(0);
  expect(held).toBe(0n);
  expect(set.sink.settledFirst).toBe(true);
  for (const end of set.ledger.ends) expectConsistent(end);
  return { ...set, receipt, spentRmb: amount(scene.rmb ?? '100') - posted, attempts: set.ledger.ends[0]?.attempts ?? [] };
}

/** Money moves by a transfer, is charged for one attempt, and uses up an `Idempotency-Key` where an answer was made for it. */
function expectConsistent({ receipt, hold, attempts, chargedAttempt, transferId, overage, overageTransferId }: EndRequest): void {
  const says = { transfer: transferId !== null, attempt: chargedAttempt !== null, overage: overageTransferId !== null };
  expect(says).toEqual({ transfer: receipt.charge > 0n, attempt: receipt.charge > 0n, overage: overage > 0n });
  if (chargedAttempt !== null) expect(attempts[chargedAttempt]?.usage).toEqual(receipt.usage);
  if (hold !== null) expect(hold.settles).toBe(receipt.usage.source !== 'NONE');
}

export const STREAM = { model: 'm', messages: [{ role: 'user', content: 'hello there' }], max_tokens: 50, stream: true };
export const ok: Act = {};
export const failing = (status: number | null, kind: 'provider_error' | 'first_byte_timeout' = 'provider_error'): Act => ({
  failure: { status, kind },
});
