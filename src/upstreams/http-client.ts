/** Connections to providers: kept alive, at most 512 for each origin, one request at a time on each. */
import { Agent, buildConnector, type Dispatcher } from 'undici';
import type { Channel } from '../routing/catalog';
import { AddressRefused, guardedLookup, isAllowedPrivately, isPublicAddress, isRefusedLiteral, type Resolve } from './address-guard';
import { takingContinue } from './interim-answer';

const CONNECTIONS_PER_ORIGIN = 512;
/** Shorter than the idle limit of common load balancers; a server's own keep-alive hint wins. */
const KEEP_ALIVE_MS = 20_000;
/**
 * What an address of several has of the connect deadline before it is given up for the next one. Node's 250 ms are little: a provider
 * that is farther away could not be reached at all where the last of its addresses is dead.
 */
const SHARE_OF_AN_ADDRESS = 1 / 4;
const [LEAST_FOR_AN_ADDRESS_MS, MOST_FOR_AN_ADDRESS_MS] = [250, 1_000];
/** Of the head of an answer, and of what comes behind its body. */
const HEADER_BYTES_MAX = 16 * 1024;

export interface HttpClientOptions {
  /** Lets requests go to loopback and private addresses. */
  readonly allowPrivate: boolean;
  /** The variable of the environment that says so, where it is not that of channels. */
  readonly allowedBy?: string;
  /** How names are resolved; left out: as the system does. */
  readonly resolve?: Resolve;
  /** Host names that are served in this process, with their port on loopback. The guard lets them through. */
  readonly inProcess?: ReadonlyMap<string, number>;
}

export interface HttpClient {
  /** The dispatcher for a channel: one for each connect deadline, shared by all channels that have it. */
  dispatcherFor(channel: Pick<Channel, 'timeouts'>): Dispatcher;
  /** Closes every connection; requests on them fail. */
  close(): Promise<void>;
}

export function createHttpClient(options: HttpClientOptions): HttpClient {
  const agents = new Map<number, Agent>();
  return {
    dispatcherFor({ timeouts: { connectMs } }) {
      let agent = agents.get(connectMs);
      if (agent === undefined) {
        agent = newAgent(connectMs, options);
        agents.set(connectMs, agent);
      }
      return agent;
    },
    async close() {
      await Promise.all([...agents.values()].map((agent) => agent.destroy()));
    },
  };
}

function newAgent(connectMs: number, options: HttpClientOptions): Agent {
  return new Agent({
    connections: CONNECTIONS_PER_ORIGIN,
    pipelining: 1,
    maxHeaderSize: HEADER_BYTES_MAX,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // Deadlines are those of the exchange: `deadlines.ts`.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: connectorOf(connectMs, options),
  });
}

function connectorOf(connectMs: number, { allowPrivate, allowedBy, inProcess, resolve }: HttpClientOptions): buildConnector.connector {
  const open = buildConnector({ timeout: connectMs });
  const allows = allowPrivate ? isAllowedPrivately : isPublicAddress;
  const lookup = guardedLookup(allows, resolve, allowedBy);
  const guarded = buildConnector({ timeout: connectMs, lookup, autoSelectFamilyAttemptTimeout: addressMs(connectMs) });
  return (target, asked) => {
    const callback: buildConnector.Callback = (...[error, connection]) => {
      if (error === null) asked(null, takingContinue(connection));
      else asked(error, null);
    };
    const port = inProcess?.get(target.hostname);
    if (port !== undefined) return open({ ...target, hostname: '127.0.0.1', port: String(port) }, callback);
    if (isRefusedLiteral(target.hostname, allows)) return queueMicrotask(() => callback(new AddressRefused(allowedBy), null));
    guarded(target, callback);
  };
}

/** For how long one address of several is tried alone. */
export function addressMs(connectMs: number): number {
  const share = Math.floor(connectMs * SHARE_OF_AN_ADDRESS);
  return Math.min(Math.max(share, LEAST_FOR_AN_ADDRESS_MS), MOST_FOR_AN_ADDRESS_MS);
}
