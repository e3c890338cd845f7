/**
 * A provider of any protocol (the path of a request says which; see `dialects/`) that does what a test tells it, and remembers exactly what it was asked and what it
 * served: the witness that the ledger is held against. Scripts are found in this order: the queue (`next`), the model
 * (`script`), and what the last user message says (`[[status=500]]`, see `script.ts`).
 */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dialectOf } from './dialects/of-path';
import { type Script, scriptIn } from './script';
import { type ChatRequest, lastUserText, type Piece, planAnswer } from './scripted-answer';
import { perform } from './scripted-exchange';

/** One request, and what became of it. */
export interface Served {
  /** Sent as `x-request-id`. */
  readonly id: string;
  readonly model: string;
  readonly promptTokens: number;
  /** Of the pieces that were written, the connection standing. */
  completionTokens: number;
  pieces: number;
  /** The whole answer was written and the connection stood to its end. Never set for errors. */
  completed: boolean;
  closed: boolean;
}

export interface RecordedRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The bytes as they came. */
  readonly bytes: Buffer;
  readonly body: ChatRequest & Record<string, unknown>;
  /** The body in the words of chat completions, whatever its protocol. */
  readonly asked: ChatRequest;
  /** The client's port: two requests with the same one came over one connection. */
  readonly connection: number;
}

export interface ServedTotals {
  requests: number;
  completed: number;
  promptTokens: number;
  completionTokens: number;
}

export type ScriptSource = Script | ((request: RecordedRequest) => Script);

export interface ScriptedUpstream {
  readonly port: number;
  /** `http://127.0.0.1:<port>/v1`. */
  readonly baseUrl: string;
  /** Every request since the start, unless recording is off. */
  readonly requests: readonly RecordedRequest[];
  readonly served: readonly Served[];
  /** What one model, or all, got: `requests` counts answers of status 200 that were begun. */
  totals(model?: string): ServedTotals;
  script(model: string, script: ScriptSource): void;
  next(script: ScriptSource): void;
  /** Resolves when the condition holds; it is looked at whenever something happened here. */
  until(condition: () => boolean): Promise<void>;
  close(): Promise<void>;
}

export interface ScriptedUpstreamOptions {
  readonly port?: number;
  /** False: only totals are kept, for long runs under load. */
  readonly record?: boolean;
}

export async function startScriptedUpstream(options: ScriptedUpstreamOptions = {}): Promise<ScriptedUpstream> {
  const record = options.record ?? true;
  const requests: RecordedRequest[] = [];
  const served: Served[] = [];
  const totals = new Map<string, ServedTotals>();
  const queue: ScriptSource[] = [];
  const byModel = new Map<string, ScriptSource>();
  const waiting = new Set<() => void>();
  let count = 0;

  const changed = () => {
    for (const look of waiting) look();
  };
  const totalsOf = (model: string): ServedTotals => {
    const known = totals.get(model) ?? { requests: 0, completed: 0, promptTokens: 0, completionTokens: 0 };
    totals.set(model, known);
    return known;
  };
  const scriptFor = (request: RecordedRequest): Script => {
    const source = queue.shift() ?? byModel.get(String(request.asked.model)) ?? scriptIn(lastUserText(request.asked));
    return typeof source === 'function' ? source(request) : source;
  };

  const handle = async (incoming: IncomingMessage, response: ServerResponse) => {
    const bytes = await bodyOf(incoming);
    const text = bytes.toString('utf8');
    if (incoming.method === 'GET') return sendJson(response, 200, { totals: Object.fromEntries(totals), served, requests });
    if (incoming.url === '/script') {
      const { model, script } = JSON.parse(text) as { model: string; script: Script };
      byModel.set(model, script);
      return sendJson(response, 200, {});
    }
    count += 1;
    const path = incoming.url ?? '';
    const dialect = dialectOf(path);
    const body = (await parsed(incoming, bytes)) as RecordedRequest['body'];
    const request: RecordedRequest = {
      path,
      headers: incoming.headers,
      text,
      bytes,
      body,
      asked: dialect.asked(path, body),
      connection: incoming.socket.remotePort ?? 0,
    };
    const script = scriptFor(request);
    const answer = planAnswer(`up-${port}-${count}`, request.asked, script);
    const model = String(request.asked.model);
    const { id, promptTokens } = answer;
    const entry: Served = { id, model, promptTokens, completionTokens: 0, pieces: 0, completed: false, closed: false };
    if (record) {
      requests.push(request);
      served.push(entry);
    }
    const sum = totalsOf(model);
    response.once('close', () => {
      entry.closed = true;
      changed();
    });
    changed();
    const progress = (piece: Piece) => {
      entry.pieces += 1;
      entry.completionTokens += piece.tokens;
      sum.completionTokens += piece.tokens;
      changed();
    };
    const begun = () => {
      sum.requests += 1;
      sum.promptTokens += promptTokens;
    };
    if (await perform(response, request.asked, script, answer, { begun, progress }, dialect)) {
      entry.completed = true;
      sum.completed += 1;
      changed();
    }
  };

  const server = createServer((incoming, response) => {
    handle(incoming, response).catch((error: unknown) => response.destroy(error as Error));
  });
  server.keepAliveTimeout = 60_000;
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    port,
    baseUrl: `http://127.0.0.1:${port}/v1`,
    requests,
    served,
    totals: (model) => (model === undefined ? addUp([...totals.values()]) : { ...totalsOf(model) }),
    script: (model, script) => void byModel.set(model, script),
    next: (script) => void queue.push(script),
    until: (condition) =>
      new Promise((resolve) => {
        const look = () => {
          if (!condition()) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** JSON, or the fields of a form; a file is its name, its type and its bytes. */
async function parsed(incoming: IncomingMessage, bytes: Buffer): Promise<unknown> {
  const type = incoming.headers['content-type'] ?? '';
  if (!type.startsWith('multipart/form-data')) return JSON.parse(bytes.toString('utf8'));
  const form = await new Response(bytes, { headers: { 'content-type': type } }).formData();
  const fields = [...form].map(async ([name, value]) => [name, typeof value === 'string' ? value : await fileIn(value)] as const);
  return Object.fromEntries(await Promise.all(fields));
}

async function fileIn(file: File) {
  return { name: file.name, type: file.type, bytes: Buffer.from(await file.arrayBuffer()) };
}

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function addUp(all: readonly ServedTotals[]): ServedTotals {
  const sum = { requests: 0, completed: 0, promptTokens: 0, completionTokens: 0 };
  for (const one of all) {
    sum.requests += one.requests;
    sum.completed += one.completed;
    sum.promptTokens += one.promptTokens;
    sum.completionTokens += one.completionTokens;
  }
  return sum;
}
