/** Drives the OpenAI adapter against a scripted provider. */

import type { AnswerReceiver, AttemptFailure, UpstreamExchange, UpstreamResult } from '../../src/attempts/upstream';
import { systemClock } from '../../src/kernel/clock';
import type { ChannelTimeouts } from '../../src/routing/catalog';
import { createHttpClient, type HttpClient } from '../../src/upstreams/http-client';
import { createOpenAiUpstream } from '../../src/upstreams/openai/openai-upstream';
import { jsonBody } from './json-body';
import type { Script } from './script';
import { type ScriptedUpstream, startScriptedUpstream } from './scripted-upstream';

export const CHANNEL_KEY = 'upstream-secret-1';
const TIMEOUTS: ChannelTimeouts = { connectMs: 60_000, firstByteMs: 60_000, idleMs: 60_000, totalMs: 120_000 };

/** Takes a stream; a test can make it slow. */
export class Taker implements AnswerReceiver {
  readonly room = Number.POSITIVE_INFINITY;
  readonly calls: { readonly frames: string; readonly text: string }[] = [];
  readonly audio: Buffer[] = [];
  onReceive: () => void = () => undefined;
  /** Set: the client is slow until this resolves. */
  ready: Promise<void> | null = null;

  receive(frames: string, text: string): boolean {
    this.calls.push({ frames, text });
    this.onReceive();
    return this.ready === null;
  }

  receiveBytes(bytes: Buffer): boolean {
    this.audio.push(bytes);
    this.onReceive();
    return this.ready === null;
  }

  async whenReady(): Promise<void> {
    await this.ready;
  }

  keep(): boolean {
    return this.ready === null;
  }

  async whenRoom(): Promise<void> {
    await this.ready;
  }

  get frames(): string {
    return this.calls.map((call) => call.frames).join('');
  }

  get text(): string {
    return this.calls.map((call) => call.text).join('');
  }
}

export interface Ask {
  readonly stream?: boolean;
  readonly taker?: AnswerReceiver;
  readonly timeouts?: Partial<ChannelTimeouts>;
  readonly baseUrl?: string;
  readonly apiKey?: string;
  readonly content?: string;
}

/** The adapter before a provider of its own. */
export class OpenAiBench {
  private constructor(
    readonly provider: ScriptedUpstream,
    readonly client: HttpClient,
  ) {}

  static async open(): Promise<OpenAiBench> {
    return new OpenAiBench(await startScriptedUpstream(), createHttpClient({ allowPrivate: true }));
  }

  async close(): Promise<void> {
    await this.client.close();
    await this.provider.close();
  }

  /** Sends one request that the provider answers by the script; null: as its message says, or honestly. */
  start(script: Script | null, ask: Ask = {}, http: HttpClient = this.client): UpstreamExchange {
    if (script !== null) this.provider.next(script);
    const { stream = false, content = 'hello there', baseUrl = this.provider.baseUrl, apiKey = CHANNEL_KEY } = ask;
    const json = { model: 'mine', messages: [{ role: 'user', content }], stream };
    const timeouts = { ...TIMEOUTS, ...ask.timeouts };
    const channel = { id: 'c', name: 'c', protocol: 'openai', baseUrl, apiKey, timeouts, onClientGone: 'drain', enabled: true } as const;
    const upstream = createOpenAiUpstream({ dispatcherFor: http.dispatcherFor, clock: systemClock });
    const call = {
      operation: 'chat' as const,
      channel,
      upstreamModel: 'theirs',
      body: jsonBody(JSON.stringify(json)),
      stream,
      outputLimit: null,
      outputBound: 1_000,
    };
    return upstream.send(call, ask.taker ?? new Taker());
  }

  whole(script: Script | null, ask: Ask = {}): Promise<UpstreamResult> {
    return this.start(script, ask).result;
  }

  stream(script: Script | null, taker: AnswerReceiver = new Taker(), ask: Ask = {}): Promise<UpstreamResult> {
    return this.start(script, { ...ask, stream: true, taker }).result;
  }
}

export function failureOf(result: UpstreamResult): AttemptFailure | undefined {
  return result.ok ? undefined : result.failure;
}
