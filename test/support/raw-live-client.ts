/** A WebSocket of the graph without a client library: for what no library would do. */
import { type ClientOptions, WebSocket } from 'ws';

export interface LiveMessage {
  readonly id?: string;
  readonly type: string;
  readonly payload?: unknown;
}

export interface RawLiveClient {
  readonly socket: WebSocket;
  readonly heard: readonly LiveMessage[];
  /** Resolves when the connection is over. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  send(message: object | string): void;
  subscribe(id: string, query: string, variables?: object): void;
  /** The first message that is as wanted, also one that was heard before. */
  hears(wanted: (message: LiveMessage) => boolean): Promise<LiveMessage>;
}

export interface RawLiveOptions extends ClientOptions {
  readonly protocol?: string;
}

/** Open, and not yet introduced. */
export async function openLive(
  origin: string,
  { protocol = 'graphql-transport-ws', ...options }: RawLiveOptions = {},
): Promise<RawLiveClient> {
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/graphql`, protocol, options);
  const heard: LiveMessage[] = [];
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.once('close', (code, reason) => resolve({ code, reason: String(reason) }));
  });
  socket.on('error', () => undefined);
  socket.on('message', (text) => void heard.push(JSON.parse(String(text)) as LiveMessage));
  await Promise.race([new Promise((resolve) => socket.once('open', resolve)), closed]);
  const send = (message: object | string) => socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  const hears = async (wanted: (message: LiveMessage) => boolean): Promise<LiveMessage> => {
    const found = heard.find(wanted);
    if (found !== undefined) return found;
    const end = await Promise.race([new Promise<null>((resolve) => socket.once('message', () => resolve(null))), closed]);
    const last = heard.find(wanted);
    if (end !== null && last === undefined) throw new Error(`closed with ${end.code}: ${end.reason}`);
    return last ?? hears(wanted);
  };
  const subscribe = (id: string, query: string, variables = {}) => send({ id, type: 'subscribe', payload: { query, variables } });
  return { socket, heard, closed, send, hears, subscribe };
}

/** Open, and known by its token. */
export async function connectLive(origin: string, token: string, options: RawLiveOptions = {}): Promise<RawLiveClient> {
  const client = await openLive(origin, options);
  client.send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
  await client.hears(({ type }) => type === 'connection_ack');
  return client;
}
