/** One connection to Redis. It comes back by itself; what is asked while it is away fails at once, and nothing is kept for later. */
import { createHash } from 'node:crypto';
import type { Log } from '../kernel/log';
import { leavesWithOthers, leaveWhereReadOnly } from './former-primary';
import type { ScriptRunner } from './redis-rate-limiter';

export interface RedisConnection extends ScriptRunner {
  /** Connected now. One that hangs counts as connected until a ping has had no answer. */
  readonly isThere: boolean;
  /** Says it to whoever listens now. Never fails and waits for nobody: while Redis is away, it is lost. */
  publish(channel: string, text: string): void;
  /** Hears the channel whenever Redis is there, over a connection of its own. */
  listen(channel: string, hear: (text: string) => void): void;
  /** Calls back each time that it was there and does not come back at once, with the reason: also where nobody asks anything of it. */
  whenLost(tell: (why: unknown) => void): void;
  close(): void;
}

const CONNECT_MS = 2_000;
const PING_MS = 5_000;
/** A connection on which not even a ping is answered is given up. */
const SILENT_MS = 15_000;
const RECONNECT_MAX_MS = 2_000;
const WAITING_MAX = 10_000;

/**
 * Begins to connect and does not wait for it: a gateway starts without Redis as well. The library is loaded only here, where
 * there is a Redis: every start would wait for it. `log` hears why the first connection fails: of several to the same Redis, one is enough.
 */
export async function connectRedis(url: string, log?: Pick<Log, 'info' | 'warn'>): Promise<RedisConnection> {
  const library = await import('@redis/client');
  const client = newClient(library, url);
  if (log !== undefined) sayWhyNotConnected(client, log);
  client.connect().catch(() => undefined);
  const clients = [client];
  const digests = new Map<string, string>();
  const digestOf = (script: string) => {
    const digest = digests.get(script) ?? createHash('sha1').update(script).digest('hex');
    digests.set(script, digest);
    return digest;
  };
  return {
    get isThere() {
      return client.isReady;
    },
    run: async (script, keys, values) => {
      const given = { keys: [...keys], arguments: [...values] };
      try {
        return await client.evalSha(digestOf(script), given);
      } catch (error) {
        leaveWhereReadOnly(url, error);
        if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
        return client.eval(script, given);
      }
    },
    whenThere: (tell) => void client.on('ready', tell),
    whenLost: (tell) => tellLosses(client, tell),
    publish: (channel, text) => void client.publish(channel, text).catch(() => undefined),
    listen: (channel, hear) => {
      const listener = newClient(library, url);
      // With each connection anew: an answer that was lost with the connection must not leave it deaf.
      listener.on('ready', () => void listener.subscribe(channel, hear).catch(() => undefined));
      listener.connect().catch(() => undefined);
      clients.push(listener);
    },
    close: () => {
      for (const each of clients) if (each.isOpen) each.destroy();
    },
  };
}

/** The first error is what ended the connection; the second says why the next one does not stand, such as another password. */
function tellLosses(client: ReturnType<typeof newClient>, tell: (why: unknown) => void): void {
  let errors: number | null = null;
  client.on('ready', () => {
    errors = 0;
  });
  client.on('error', (why: unknown) => {
    if (errors === null) return;
    errors += 1;
    if (errors === 2) tell(why);
  });
}

/** A wrong address or password would else show in nothing but what processes do not share. Later losses are told by `whenLost`. */
function sayWhyNotConnected(client: ReturnType<typeof newClient>, log: Pick<Log, 'info' | 'warn'>): void {
  const why = (err: unknown) => {
    client.off('error', why);
    log.warn({ err }, 'Redis cannot be used: start it, or correct REDIS_URL. Until it answers this process shares nothing with others');
    client.once('ready', () => log.info({}, 'Redis answers'));
  };
  client.on('error', why);
  client.once('ready', () => client.off('error', why));
}

/** Not connected yet. `waiting`: whether what is asked while Redis is away waits for it, instead of failing at once. */
export function newClient({ createClient }: typeof import('@redis/client'), url: string, waiting = false) {
  const client = createClient({
    url,
    disableOfflineQueue: !waiting,
    commandsQueueMaxLength: WAITING_MAX,
    pingInterval: PING_MS,
    socket: {
      connectTimeout: CONNECT_MS,
      socketTimeout: SILENT_MS,
      reconnectStrategy: (tries) => Math.min(50 * 2 ** Math.min(tries, 10), RECONNECT_MAX_MS),
    },
  });
  // Whoever asks meanwhile hears of it; an error event without a listener would end the process.
  client.on('error', () => undefined);
  leavesWithOthers(url, client);
  return client;
}
