/** How a user talks to the gateway: the official SDK, plain HTTP, receipts and the graph. */
import type { Anthropic, ClientOptions as AnthropicOptions } from '@anthropic-ai/sdk';
import type { ClientOptions, OpenAI } from 'openai';

/** What tests read of a receipt. Amounts are decimal strings. */
export interface ReceiptJson {
  readonly id: string;
  readonly createdAt: string;
  readonly settledAt: string | null;
  readonly apiKey: { readonly id: string };
  readonly project: { readonly id: string } | null;
  readonly researchRun: { readonly id: string } | null;
  readonly agentRun: { readonly id: string } | null;
  readonly endpoint: string;
  readonly stream: boolean;
  readonly status: string;
  readonly stopReason: string | null;
  readonly requestedModel: string | null;
  readonly upstreamModel: string | null;
  readonly reportedModel: string | null;
  readonly routeType: string | null;
  readonly primaryChannel: { readonly id: string } | null;
  readonly finalChannel: { readonly id: string } | null;
  readonly retryCount: number;
  readonly fallbackCount: number;
  readonly providerStatus: number | null;
  readonly errorCode: string | null;
  readonly usage: UsageJson;
  readonly price: { readonly versionId: string; readonly currency: string; readonly input: string; readonly output: string } | null;
  readonly latencyMs: number | null;
  readonly timeToFirstTokenMs: number | null;
  readonly bucket: string | null;
  readonly bucketReason: string | null;
  readonly hold: { readonly amount: string; readonly state: string } | null;
  readonly charge: string;
  readonly noChargeReason: string | null;
  readonly lines: readonly { readonly label: string; readonly tokens: number | null; readonly amount: string }[];
  readonly fallbackDelta: string | null;
  readonly loweredOutputLimit?: number | null;
  readonly attempts: readonly AttemptJson[];
  readonly ledgerEntries: readonly EntryJson[];
  readonly nextStep: string | null;
}

export interface UsageJson {
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
  readonly source: string;
}

export interface AttemptJson {
  readonly index: number;
  readonly channel: { readonly id: string };
  readonly role: string;
  readonly retry: number;
  readonly status: string;
  readonly upstreamModel: string;
  readonly upstreamRequestId: string | null;
  readonly providerStatus: number | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly latencyMs: number | null;
  readonly timeToFirstTokenMs: number | null;
  readonly charge: string;
  readonly chargeReason: string;
}

export interface EntryJson {
  readonly id: string;
  readonly kind: string;
  readonly amount: string;
  readonly balanceBefore: string;
  readonly balanceAfter: string;
}

/** The official SDK. It does not retry unless told to. Loaded where it is asked for: most suites do without. */
export function sdk(origin: string, apiKey: string, options: ClientOptions = {}): OpenAI {
  const { OpenAI: Client } = require('openai') as typeof import('openai');
  return new Client({ apiKey, baseURL: `${origin}/v1`, maxRetries: 0, ...options });
}

/** Anthropic's official SDK, with the key in the header that it has for it. It does not retry unless told to. */
export function anthropicSdk(origin: string, apiKey: string, options: AnthropicOptions = {}): Anthropic {
  const { Anthropic: Client } = require('@anthropic-ai/sdk') as typeof import('@anthropic-ai/sdk');
  return new Client({ apiKey, authToken: null, baseURL: origin, maxRetries: 0, ...options });
}

/** A chat call as bare HTTP; a body that is text or bytes goes out as it stands. */
export function postChat(origin: string, apiKey: string, body: unknown, init: RequestInit = {}): Promise<Response> {
  return post(origin, '/v1/chat/completions', apiKey, body, init);
}

/** A call of any path as bare HTTP. */
export function post(origin: string, path: string, apiKey: string, body: unknown, init: RequestInit = {}): Promise<Response> {
  const sent = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', ...(init.headers as Record<string, string>) };
  return fetch(origin + path, { ...init, method: 'POST', headers, body: sent });
}

/** Resolves when whoever left before this call has been noticed: requests are looked at in the order in which they come. */
export async function leaversNoticed(origin: string): Promise<void> {
  for (let time = 0; time < 5; time += 1) await (await get(origin, '/healthz', null)).text();
}

export function get(origin: string, path: string, token: string | null): Promise<Response> {
  return fetch(origin + path, { headers: token === null ? {} : { authorization: `Bearer ${token}` } });
}

/** @throws when it cannot be read */
export async function receipt(origin: string, apiKey: string, id: string | null | undefined): Promise<ReceiptJson> {
  const response = await get(origin, `/v1/receipts/${id}`, apiKey);
  if (response.status !== 200) throw new Error(`receipt ${id}: ${response.status} ${await response.text()}`);
  return (await response.json()) as ReceiptJson;
}

export interface GraphAnswer<T> {
  readonly data: T;
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string; readonly faultCode?: string } }[];
}

export async function graphAnswer<T>(origin: string, token: string | null, query: string, variables: object = {}): Promise<GraphAnswer<T>> {
  const headers = { 'content-type': 'application/json', ...(token === null ? {} : { authorization: `Bearer ${token}` }) };
  const response = await fetch(`${origin}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
  return (await response.json()) as GraphAnswer<T>;
}

/** @throws when the graph answers with errors */
export async function graph<T>(origin: string, token: string, query: string, variables: object = {}): Promise<T> {
  const { data, errors } = await graphAnswer<T>(origin, token, query, variables);
  if (errors !== undefined) throw new Error(`the graph says ${JSON.stringify(errors)}`);
  return data;
}

/** What stands on a balance, in units of 10⁻⁹. */
export async function balanceOf(origin: string, token: string, bucket: 'RMB' | 'CREDIT'): Promise<bigint> {
  const { wallets } = await graph<{ wallets: { bucket: string; balance: string }[] }>(origin, token, '{ wallets { bucket balance } }');
  return nanoOf(wallets.find((wallet) => wallet.bucket === bucket)?.balance ?? '0');
}

/** A decimal string in units of 10⁻⁹. */
export function nanoOf(decimal: string): bigint {
  if (!/^-?\d+(\.\d{1,9})?$/.test(decimal)) throw new Error(`"${decimal}" is no amount`);
  const [whole = '0', rest = ''] = decimal.split('.');
  return BigInt(whole + rest.padEnd(9, '0'));
}

/** The data of each event of a stream that has ended, the end marker among them. */
export function eventsOf(body: string): string[] {
  return body.split('\n\n').flatMap((event) => (event.startsWith('data: ') ? [event.slice('data: '.length)] : []));
}

export interface Chunk {
  readonly choices: readonly { readonly delta: { readonly content?: string } }[];
  readonly usage?: (Record<string, unknown> & { readonly cost?: string; readonly cost_currency?: string }) | null;
  readonly error?: { readonly message: string; readonly type: string; readonly code: string | null };
}

/** The chunks of a stream, parsed, without the end marker. */
export function chunksOf(body: string): Chunk[] {
  return eventsOf(body).flatMap((data) => (data === '[DONE]' ? [] : [JSON.parse(data) as Chunk]));
}

export function textOf(chunks: readonly Chunk[]): string {
  return chunks.map((chunk) => chunk.choices?.[0]?.delta.content ?? '').join('');
}
