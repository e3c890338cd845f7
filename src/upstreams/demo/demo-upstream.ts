/**
 * An OpenAI-compatible provider inside the process, so that the gateway can be tried without an account anywhere. It
 * listens on loopback; the HTTP client leads `demo.invalid` there. Its two faces are two base URLs: `steady`, and
 * `flaky`, which answers 503 to every message whose hash is divisible by three.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, systemClock } from '../../kernel/clock';
import { type JsonRecord, parseRecord, recordOf } from '../json';
import { demoAnswer } from './demo-answer';
import { type DemoAudio, demoSpeech, demoTranscription } from './demo-audio';
import { demoEndpointAnswer, textOfRequest } from './demo-endpoints';
import { streamEvents, wholeAnswer } from './demo-wire';

/** The host in the demo's base URLs, `http://demo.invalid/flaky/v1` and `http://demo.invalid/steady/v1`: no name of the internet. */
export const DEMO_HOST = 'demo.invalid';
/** A message at which the flaky face fails, so that a newcomer's first request shows a fallback on its receipt. */
export const DEMO_PROMPT = 'Say hello in three words';

export interface DemoUpstream {
  /** On 127.0.0.1. */
  readonly port: number;
  close(): Promise<void>;
}

export interface DemoUpstreamOptions {
  /** Milliseconds between two words of a stream, so that it can be watched. */
  readonly wordDelayMs?: number;
  readonly clock?: Clock;
}

const WORD_DELAY_MS = 15;
const BODY_BYTES_MAX = 64 * 1024 * 1024;
const PATH = /^\/(flaky|steady)\/v1\/(chat\/completions|completions|embeddings|moderations|responses|audio\/speech|audio\/transcriptions)$/;

export async function startDemoUpstream(options: DemoUpstreamOptions = {}): Promise<DemoUpstream> {
  const { wordDelayMs = WORD_DELAY_MS, clock = systemClock } = options;
  let calls = 0;
  const server = createServer((incoming, response) => {
    calls += 1;
    // A broken connection is all that can go wrong here, and the gateway sees it at its own end.
    answer(incoming, response, { id: `chatcmpl-simulated-${calls}`, wordDelayMs, clock }).catch(() => response.destroy());
  });
  // Not shared: each of several workers has its own.
  server.listen({ port: 0, host: '127.0.0.1', exclusive: true });
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The deterministic failure of the flaky face. */
export function isFlakyAt(message: string): boolean {
  return hashOf(message) % 3 === 0;
}

interface Means {
  readonly id: string;
  readonly wordDelayMs: number;
  readonly clock: Clock;
}

async function answer(incoming: IncomingMessage, response: ServerResponse, means: Means): Promise<void> {
  const bytes = await bodyOf(incoming);
  const [, face, path = ''] = PATH.exec(incoming.url ?? '') ?? [];
  response.setHeader('x-request-id', means.id);
  if (face === undefined) return refuse(response, 404, 'The demo upstream has no such path.', 'not_found');
  if (path === 'audio/transcriptions') return sendAudio(response, demoTranscription(bytes, incoming.headers['content-type'] ?? ''));
  const request = parseRecord(bytes.toString('utf8'));
  if (request === undefined) return refuse(response, 400, 'The body is no JSON object.', 'invalid_json');
  if (face === 'flaky' && isFlakyAt(textOfRequest(path, request))) {
    return refuse(response, 503, 'Simulated outage: this message always fails here.', 'simulated_outage');
  }
  if (path === 'audio/speech') return sendAudio(response, demoSpeech(request));
  if (path === 'chat/completions') return serve(response, request, means);
  const head = { id: means.id, created: Math.floor(means.clock.now() / 1_000) };
  await send(response, demoEndpointAnswer(path, request, head), means);
}

async function serve(response: ServerResponse, request: JsonRecord, means: Means): Promise<void> {
  const head = { id: means.id, created: Math.floor(means.clock.now() / 1_000) };
  const planned = demoAnswer(request);
  if (request['stream'] !== true) return send(response, wholeAnswer(planned, head), means);
  const withUsage = recordOf(request['stream_options'])['include_usage'] === true;
  await send(response, streamEvents(planned, head, withUsage), means);
}

/** A whole answer, or the events of a stream. */
async function send(response: ServerResponse, answer: string | Iterable<string>, means: Means): Promise<void> {
  if (typeof answer === 'string') {
    response.writeHead(200, { 'content-type': 'application/json' }).end(answer);
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const event of answer) {
    if (response.destroyed) return;
    response.write(event);
    if (means.wordDelayMs > 0) await sleep(means.wordDelayMs);
  }
  response.end();
}

function sendAudio(response: ServerResponse, { contentType, pieces }: DemoAudio): void {
  response.writeHead(200, { 'content-type': contentType });
  for (const piece of pieces) response.write(piece);
  response.end();
}

function refuse(response: ServerResponse, status: number, message: string, code: string): void {
  const error = { message, type: 'simulated_error', param: null, code };
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error }));
}

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of incoming) {
    bytes += (part as Buffer).length;
    if (bytes > BODY_BYTES_MAX) throw new Error('the body is too large');
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts);
}

/** FNV-1a, 32 bits: short and the same everywhere. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text, 'utf8')) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}
