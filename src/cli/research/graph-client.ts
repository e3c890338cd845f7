/** Talks to the graph of a running gateway: questions over HTTP, the progress of a run over WebSocket. */
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { Clock } from '../../kernel/clock';
import { isRecord } from '../../kernel/record';
import { plain } from './plain';
import { type EventView, FOLLOW_RUN } from './queries';

/** What the gateway answered to say no. */
export class GatewayRefusal extends Error {}

export interface Reached {
  readonly url: string;
  readonly key: string;
}

interface Answer<T> {
  readonly data?: T | null;
  readonly errors?: readonly { readonly message: string }[];
}

/** @throws GatewayRefusal with what the gateway says; Error when it is not there */
export async function ask<T>({ url, key }: Reached, query: string, variables: object = {}): Promise<T> {
  const answer = await answerOf<T>(url, key, JSON.stringify({ query, variables }));
  const messages = (answer.errors ?? []).map(({ message }) => plain(message));
  if (messages.length > 0 || answer.data === undefined || answer.data === null) {
    throw new GatewayRefusal(messages.join('\n') || 'the gateway gave no answer');
  }
  return answer.data;
}

async function answerOf<T>(url: string, key: string, body: string): Promise<Answer<T>> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body }).catch((cause: unknown) => {
    throw new Error(`There is no gateway at ${url}. Is it running?`, { cause });
  });
  try {
    return (await response.json()) as Answer<T>;
  } catch (cause) {
    throw new Error(`What answers at ${url} is no Tokens Forge (status ${response.status}).`, { cause });
  }
}

/** The text of a path of the gateway. @throws Error when there is none */
export async function textAt({ url, key }: Reached, path: string): Promise<string> {
  const response = await fetch(url + path, { headers: { authorization: `Bearer ${key}` } });
  if (!response.ok) throw new Error(`${path} cannot be read: status ${response.status}`);
  return response.text();
}

/** Codes with which the gateway closes for good: a key that it does not take, a call that it does not understand. */
const FOR_GOOD = new Set([4400, 4401, 4403, 4500]);
const FIRST_WAIT_MS = 250;
const WAIT_MAX_MS = 5_000;
const TRIES = 60;

export interface Following {
  readonly clock: Pick<Clock, 'sleep'>;
  /** Told when a connection was lost, before another one is made. */
  readonly lost: () => void;
}

/**
 * Every event of a run, once and in order, until its end. A connection that is lost is made anew, and goes on behind the last event that
 * was seen: nothing is missed and nothing comes twice.
 * @throws GatewayRefusal with what the gateway says; Error when it does not come back
 */
export async function* follow(reached: Reached, id: string, { clock, lost }: Following): AsyncGenerator<EventView> {
  let after: string | null = null;
  let wait = FIRST_WAIT_MS;
  for (let failures = 0; ; ) {
    try {
      for await (const event of eventsOnce(reached, id, after)) {
        after = event.cursor;
        wait = FIRST_WAIT_MS;
        failures = 0;
        yield event;
      }
      return;
    } catch (error) {
      failures += 1;
      const refusal = refusalIn(error);
      if (refusal !== null) throw refusal;
      if (failures > TRIES) throw new Error(`The gateway at ${reached.url} does not come back.`, { cause: error });
      lost();
      await clock.sleep(wait);
      wait = Math.min(wait * 2, WAIT_MAX_MS);
    }
  }
}

async function* eventsOnce({ url, key }: Reached, id: string, after: string | null): AsyncGenerator<EventView> {
  const client = createClient({
    url: `${url.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${key}` },
    retryAttempts: 0,
    keepAlive: 10_000,
  });
  try {
    const results = client.iterate<{ researchRunProgress: EventView }>({ query: FOLLOW_RUN, variables: { id, after } });
    for await (const { data, errors } of results) {
      if (errors !== undefined) throw new GatewayRefusal(errors.map(({ message }) => plain(message)).join('\n'));
      if (data?.researchRunProgress !== undefined) yield data.researchRunProgress;
    }
  } finally {
    await client.dispose();
  }
}

/** A refusal as it is told, or as the connection was closed with it, which is an event and no error; null: another connection may help. */
function refusalIn(error: unknown): GatewayRefusal | null {
  if (error instanceof GatewayRefusal) return error;
  if (!isRecord(error) || typeof error['code'] !== 'number' || !FOR_GOOD.has(error['code'])) return null;
  const { reason } = error;
  const words = typeof reason === 'string' && reason !== '' ? plain(reason) : `The gateway closed the connection (${error['code']}).`;
  return new GatewayRefusal(words, { cause: error });
}
