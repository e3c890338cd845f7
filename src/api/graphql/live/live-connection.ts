/** One WebSocket of a client: who it is, whether it still may be, and whether it takes what it is sent. */
import type { WebSocket } from 'ws';
import type { Clock } from '../../../kernel/clock';
import { Fault } from '../../../kernel/fault';
import { giveWay } from '../../../kernel/give-way';
import { groupBy, inPortions } from '../../../kernel/lists';
import type { Log } from '../../../kernel/log';
import { bearerSecret, type KeyRing } from '../../../keys/authenticate';
import { authenticateViewer, type Viewer, type ViewerMeans } from '../../../keys/viewer';
import { LIVE_LIMITS } from './live-limits';

/** Close codes of `graphql-transport-ws`: https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md */
const UNAUTHORIZED = 4401;
const FORBIDDEN = 4403;
/** Clients come back after this one. */
const RETRY_LATER = 1013;
/** What fits into a control frame beside its code (RFC 6455, 5.5). */
const REASON_BYTES_MAX = 123;
const CLIPPED = '...';
const NO_TOKEN = 'No token was sent: connection_init takes the payload { "authorization": "Bearer …" }.';
const TOO_SLOW = 'You take less than you are sent: come back with your last cursor as "after".';
/** For the close to arrive at somebody who does not read. */
const CLOSING_MS = 2_000;

export class LiveConnection {
  secret: string | null = null;
  viewer: Viewer | null = null;
  /** Operations that are open. */
  operations: () => number = () => 0;
  /** Queries and mutations among them that have begun, and what begins those that wait. */
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  private unsent = 0;
  private takenAt = 0;
  private pingedAt: number;
  private answered = true;

  constructor(
    readonly socket: WebSocket,
    /** The address of the client. */
    readonly from: string | null,
    private readonly clock: Clock,
    private readonly log: Pick<Log, 'warn'>,
  ) {
    this.pingedAt = clock.monotonic();
    // The socket closes itself after an error, with the code that says which: a message too large, or no UTF-8.
    socket.on('error', () => undefined);
    socket.on('pong', () => {
      this.answered = true;
    });
  }

  /**
   * Resolves when the message has left this process: whoever sends the next one only then keeps one message for each operation.
   * A client that takes as fast as it is sent gives way to others now and then.
   */
  async send(message: string): Promise<void> {
    const { socket, clock } = this;
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > LIVE_LIMITS.unreadBytes) return this.closeSlow();
    if (this.unsent === 0) this.takenAt = clock.monotonic();
    this.unsent += 1;
    await new Promise<void>((resolve) => {
      socket.send(message, () => {
        this.unsent -= 1;
        this.takenAt = clock.monotonic();
        resolve();
      });
    });
    await giveWay();
  }

  /**
   * Runs a query or mutation when it is its turn: a page that asks for all that it shows at once is served bit by bit, and leaves room
   * for others. null: the client has gone meanwhile, and nothing was run.
   */
  async inTurn<T>(run: () => Promise<T>): Promise<T | null> {
    if (this.running < LIVE_LIMITS.runningOfConnection) this.running += 1;
    else await new Promise<void>((resolve) => void this.waiting.push(resolve));
    try {
      return this.socket.readyState === this.socket.OPEN ? await run() : null;
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.running -= 1;
      else next();
    }
  }

  close(code: number, reason: string): void {
    this.socket.close(code, closeReason(reason));
    setTimeout(() => this.socket.terminate(), CLOSING_MS).unref();
  }

  /** To be called once a second: tells who does not read to resume, and lets go of who is not there any more. */
  look(): void {
    const now = this.clock.monotonic();
    const stuck = this.unsent > 0 && now - this.takenAt > LIVE_LIMITS.unreadMs;
    if (stuck || this.socket.bufferedAmount > LIVE_LIMITS.unreadBytes) this.closeSlow();
    else if (now - this.pingedAt >= LIVE_LIMITS.pingMs) this.ping(now);
  }

  private ping(now: number): void {
    if (!this.answered) return this.socket.terminate();
    this.pingedAt = now;
    this.answered = false;
    if (this.socket.readyState === this.socket.OPEN) this.socket.ping();
  }

  /** It may still read what was sent before, and then why it is sent away: half a minute, which the socket counts itself. */
  private closeSlow(): void {
    if (this.socket.readyState !== this.socket.OPEN) return;
    this.log.warn({ unread: this.socket.bufferedAmount }, 'a client over WebSocket that does not read was told to resume');
    this.socket.close(RETRY_LATER, TOO_SLOW);
  }

  /** Finds out who it is. What nobody may use is closed, and false is the answer then. */
  async admit(means: ViewerMeans, secret: string | null, others: Iterable<LiveConnection>): Promise<boolean> {
    if (secret === null) {
      this.close(UNAUTHORIZED, NO_TOKEN);
      return false;
    }
    try {
      this.viewer = await authenticateViewer(means, secret, this.from);
    } catch (error) {
      const fault = error instanceof Fault ? error : null;
      if (fault === null || fault.code === 'temporarily_unavailable') this.close(RETRY_LATER, 'Try again in a moment.');
      else this.close(fault.code === 'invalid_api_key' ? UNAUTHORIZED : FORBIDDEN, fault.publicMessage);
      return false;
    }
    if (ofCaller(others, secret).length >= LIVE_LIMITS.connectionsOfCaller) {
      this.close(RETRY_LATER, `${LIVE_LIMITS.connectionsOfCaller} connections with this token are open already.`);
      return false;
    }
    this.secret = secret;
    return true;
  }
}

/** As much of it as a close may carry: the protocol names the operation that is meant, however long the client called it. */
function closeReason(reason: string): string {
  const bytes = Buffer.from(reason);
  if (bytes.length <= REASON_BYTES_MAX) return reason;
  // Without the half of a character, which would be written as three bytes.
  return `${bytes.toString('utf8', 0, REASON_BYTES_MAX - CLIPPED.length).replace(/\uFFFD$/, '')}${CLIPPED}`;
}

/** The bearer secret in the payload of `connection_init`: `{ "authorization": "Bearer …" }`. */
export function secretIn(params: Readonly<Record<string, unknown>> | undefined): string | null {
  const given = params?.['authorization'] ?? params?.['Authorization'];
  return typeof given === 'string' ? bearerSecret(given) : null;
}

/** The connections that were admitted with the same secret. */
export function ofCaller(connections: Iterable<LiveConnection>, secret: string | null): LiveConnection[] {
  return [...connections].filter((each) => each.viewer !== null && each.secret !== null && each.secret === secret);
}

export type WatchMeans = ViewerMeans & { readonly keyRing: Pick<KeyRing, 'recogniseFresh'> };

/**
 * Asks again for every connection whether its secret still opens what it opened: each secret once for each address. What was revoked is
 * cut off; a database that does not answer cuts off nobody.
 */
export async function expelRevoked({ keyRing, ...others }: WatchMeans, connections: Iterable<LiveConnection>): Promise<void> {
  const means: ViewerMeans = { ...others, keyRing: { recognise: (secret) => keyRing.recogniseFresh(secret) } };
  const byCaller = groupBy(connections, ({ secret, from }) => (secret === null ? null : `${secret} ${from}`));
  for (const some of inPortions([...byCaller.values()], ASKED_AT_ONCE)) await Promise.all(some.map((same) => expel(means, same)));
}

const ASKED_AT_ONCE = 20;

/** Of one caller: the same secret, from the same address. */
async function expel(means: ViewerMeans, connections: readonly LiveConnection[]): Promise<void> {
  const [any] = connections;
  if (any === undefined) return;
  const refusal = await authenticateViewer(means, any.secret, any.from).then(
    () => null,
    (error: unknown) => error,
  );
  if (!(refusal instanceof Fault) || refusal.code === 'temporarily_unavailable') return;
  for (const connection of connections) connection.close(FORBIDDEN, refusal.publicMessage);
}
