/** The HTTP server: ids, errors, and how it stops. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { Fault } from '../../kernel/fault';
import { newId } from '../../kernel/ids';
import type { Log } from '../../kernel/log';
import { shown } from '../../kernel/shown';
import { isMessagesPath, renderMessagesError } from './anthropic-error';
import { type PlainRequest, plainRequest } from './connections/plain-request';
import { closeWithConnection, mayQueue } from './connections/queued-response';
import { closeUnread, type RestLimits } from './connections/unread-body';
import { refuseTunnel, refuseUnreadable } from './connections/unreadable-request';
import { closeUntaken } from './connections/untaken-response';
import { crossOrigin } from './cross-origin';
import { KnownPaths, namesModel } from './known-paths';
import { renderError } from './openai-error';

/** Time for the headers and body of a request to arrive. */
const REQUEST_TIMEOUT_MS = 120_000;
/** GraphQL and other small bodies; model calls have a limit of their own. */
const BODY_LIMIT_BYTES = 1024 * 1024;
const PACKED = new Fault('unsupported_media_type', 'The body must not be compressed: leave out content-encoding.');
const NOT_PACKED = new Set(['', 'identity', 'chunked']);
/** Whoever is in front may have looked at the other one, and somebody else would pay. */
const TWO_KEYS = new Fault('invalid_request', 'The request has more than one Authorization header: send one key.');
/** Whoever is in front may have gone by the other one; HTTP asks a server to refuse it (RFC 9112, 3.2). */
const TWO_HOSTS = new Fault('invalid_request', 'The request has more than one Host header: send one.');
const TOO_EARLY = new Fault(
  'invalid_request',
  'A WebSocket cannot begin before all is answered that its connection asked for: open another.',
);

interface ServerOptions {
  readonly untakenMs?: number;
  readonly rest?: RestLimits;
  /** Where `upgrade` events are told; a WebSocket that is asked for elsewhere is refused in words. */
  readonly webSocketPath?: string;
  /** Whose pages may call; none: browsers let no page of elsewhere read an answer. */
  readonly origins?: readonly string[];
}

/** A server without routes. Every response carries `x-request-id`; errors are rendered in OpenAI's shape, or in Anthropic's on its paths. */
export function createServer(log: Log, { untakenMs, rest, webSocketPath, origins = [] }: ServerOptions = {}): FastifyInstance {
  const app = Fastify({
    logger: false,
    genReqId: newId,
    requestIdHeader: false,
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 500 },
    // Node's own answer to a request without one is empty: below it gets one like all others.
    http: { IncomingMessage: plainRequest(webSocketPath), requireHostHeader: false },
    clientErrorHandler: refuseUnreadable,
    // Paths that cannot be routed never reach the hooks and handlers below.
    frameworkErrors: (error, request, reply) => {
      reply.header('x-request-id', request.id);
      void send(request, reply, knownFault(error) ?? error);
    },
  });
  const known = new KnownPaths(app);
  if (origins.length > 0) app.addHook('onRequest', crossOrigin(origins));
  app.addHook('onRequest', (request, reply, done) => {
    // The rest of what came in one piece with too much: nobody is there any more to be answered.
    if (!mayQueue(request.raw.socket, reply.raw)) return;
    closeWithConnection(request.raw.socket, reply.raw);
    closeUntaken(reply.raw, untakenMs);
    closeUnread(request.raw, reply.raw, rest);
    reply.header('x-request-id', request.id);
    // Before any body is read: what is wrong with it would be told in place of what is wrong with its address.
    if (!stopping.has(app)) return done(faultOfHead(request.raw) ?? faultOfRequest(request, reply, known));
    reply.raw.setHeader('connection', 'close');
    done(new Fault('gateway_stopping', 'The gateway is being stopped.'));
  });
  app.addHook('onSend', (request, reply, _payload, done) => {
    // That of the framework, which closes at once on whoever still sends. Ours stand in the response itself.
    if (!request.raw.complete && !reply.raw.hasHeader('connection')) reply.removeHeader('connection');
    done();
  });
  // What else a client may expect a server may pass over (RFC 9110, 10.1.1).
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response));
  app.server.on('connect', (_request, connection: Socket) => refuseTunnel(connection));
  app.setErrorHandler((error, request, reply) => {
    const fault = knownFault(error);
    if (fault === null || fault.rule.log === 'error') log.error({ err: error, request: request.id }, 'a request broke');
    return send(request, reply, fault ?? error);
  });
  return app;
}

/** In the names of a list of names and values, in turns. */
function isRepeated(name: string, namesAndValues: readonly string[]): boolean {
  let times = 0;
  for (let at = 0; at < namesAndValues.length; at += 2) {
    const each = namesAndValues[at];
    if (each?.length === name.length && each.toLowerCase() === name) times += 1;
  }
  return times > 1;
}

/** HTTP/1.1 asks a server to refuse requests that do not say whom they are for. */
function faultOfHead({ headers, httpVersion, rawHeaders }: IncomingMessage): Fault | undefined {
  if (isRepeated('authorization', rawHeaders)) return TWO_KEYS;
  if (isRepeated('host', rawHeaders)) return TWO_HOSTS;
  if (headers.host !== undefined || httpVersion === '1.0') return undefined;
  return new Fault('invalid_request', 'The request has no Host header, which HTTP/1.1 asks for.');
}

function faultOfRequest(request: FastifyRequest, reply: FastifyReply, known: KnownPaths): Fault | undefined {
  return faultOfProtocol(request, reply) ?? faultOfAddress(request, known) ?? faultOfPacking(request.raw);
}

function faultOfProtocol({ raw, url }: FastifyRequest, reply: FastifyReply): Fault | undefined {
  const { asksForWebSocket, isAtWebSockets } = raw as PlainRequest;
  if (!asksForWebSocket) return undefined;
  // Whoever wanted to speak something else has nothing more to say here.
  reply.raw.setHeader('connection', 'close');
  if (isAtWebSockets) return TOO_EARLY;
  return new Fault('not_found', `There is no WebSocket at ${shown(pathOf(url))}: ask in plain HTTP, without an upgrade.`);
}

function faultOfAddress({ headers, is404, method, url }: FastifyRequest, known: KnownPaths): Fault | undefined {
  if (!is404) return undefined;
  const path = pathOf(url);
  const message = `There is no ${shown(`${method} ${path}`)}`;
  const allow = known.methodsOf(path);
  if (allow.length === 0) {
    const meant = known.likelyMeant(path, method);
    // Claude Code takes every 404 for a model that is missing, and says that in place of the message.
    const code = meant !== undefined && headers['anthropic-version'] !== undefined ? 'invalid_request' : 'not_found';
    return new Fault(code, `${message}${meant === undefined ? further(known.below(path)) : hint(path, meant)}`);
  }
  return new Fault('method_not_supported', `${message}: send ${allow.filter((each) => each !== 'HEAD').join(' or ')}.`, { allow });
}

function pathOf(url: string): string {
  return url.split('?')[0] ?? '';
}

/** Unpacked it may be a thousand times as long, and no official client packs anything. */
function faultOfPacking({ headers }: IncomingMessage): Fault | undefined {
  const codings = [headers['content-encoding'] ?? '', headers['transfer-encoding'] ?? ''];
  const isPacked = codings.some((coding) => !NOT_PACKED.has(coding.toLowerCase()));
  return isPacked && hasBody(headers) ? PACKED : undefined;
}

function hasBody({ 'content-length': length = '0', 'transfer-encoding': coding }: IncomingHttpHeaders): boolean {
  return coding !== undefined || length !== '0';
}

function hint(path: string, meant: string): string {
  const there = `, but there is ${shown(meant)}`;
  if (!namesModel(path)) return `${there}: look at the base URL of the client.`;
  return `${there}, which takes the name of the model in the body: give it as \`model\`, to a client that is not for Azure.`;
}

function further(below: readonly string[]): string {
  return below.length === 0 ? '.' : `: what is served below it begins with ${below.join(', ')}.`;
}

const stopping = new WeakSet<FastifyInstance>();

/**
 * Takes nothing new: no connection, and no request on the open ones. What is being answered goes on to its last byte.
 * `app.close()` is for later: HTTP takes a connection for idle as soon as its answer is written to it, and closes it
 * although the client has not taken everything yet.
 */
export function stopAccepting(app: FastifyInstance): void {
  stopping.add(app);
  NetServer.prototype.close.call(app.server);
}

/** Whoever asks for Anthropic's paths expects its errors. */
function send({ url, id }: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply {
  const { status, headers, body } = isMessagesPath(url) ? renderMessagesError(error, id) : renderError(error, id);
  return reply.code(status).headers(headers).send(body);
}

/** Faults of ours, and what Fastify says of a request that it could not take in. */
function knownFault(error: unknown): Fault | null {
  if (error instanceof Fault) return error;
  const { statusCode, message } = error as { statusCode?: unknown; message?: unknown };
  if (statusCode === 413) return new Fault('request_too_large', `The body is larger than ${BODY_LIMIT_BYTES} bytes.`);
  if (statusCode === 415) return new Fault('unsupported_media_type', 'The body must be application/json.');
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) return new Fault('invalid_request', shown(String(message)));
  return null;
}
