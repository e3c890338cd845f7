/**
 * Subscriptions over WebSocket at the path of the graph, in the protocol `graphql-transport-ws`. A client is told as fast
 * as it takes: every event is asked for when the one before it has left, so that a slow client costs no memory. One that takes
 * nothing is sent away, to resume with its last cursor.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { type ExecutionArgs, type ExecutionResult, GraphQLError, type GraphQLSchema } from 'graphql';
import { handleProtocols, makeServer, type Server } from 'graphql-ws';
import { WebSocketServer } from 'ws';
import type { AddressOf } from '../../../kernel/addresses';
import { Fault } from '../../../kernel/fault';
import { newId } from '../../../kernel/ids';
import { errorBody } from '../render-error';
import { expelRevoked, LiveConnection, ofCaller, secretIn, type WatchMeans } from './live-connection';
import { LIVE_LIMITS } from './live-limits';
import { checkedOperation, executed, followed, type OperationDeps } from './live-operation';

export type LiveDeps = OperationDeps & WatchMeans & { readonly addressOf: AddressOf };

/** A revoked key is cut off within two seconds: the memory of a key is 0.8 s old at most when this looks. */
const LOOK_AGAIN_MS = 1_000;
const GOING_AWAY = 1001;
const BROKEN = 1011;
const FULL = new Fault('temporarily_unavailable', 'As many WebSockets are open as this gateway serves: try again in a moment.');
const STOPPING = 'The gateway is being stopped: come back with your last cursor.';

type Extra = { readonly connection: LiveConnection };

/** The server is to tell `upgrade` events of the path of the graph alone. */
export function registerLive(app: FastifyInstance, schema: GraphQLSchema, deps: LiveDeps): void {
  const connections = new Set<LiveConnection>();
  // One message in one turn: all that have come would be taken one after the other, and a flood of them would keep everybody else waiting.
  const oneByOne = { allowSynchronousEvents: false };
  const ofMessage = {
    maxPayload: LIVE_LIMITS.messageBytes,
    maxFragments: LIVE_LIMITS.messagePieces,
    maxBufferedChunks: LIVE_LIMITS.messagePieces,
  };
  const sockets = new WebSocketServer({ noServer: true, handleProtocols, ...ofMessage, ...oneByOne });
  const server = operationsServer(connections, schema, deps);
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => undefined);
    if (connections.size >= LIVE_LIMITS.connections) return refuse(socket, '503 Service Unavailable\r\nretry-after: 5', FULL);
    sockets.handleUpgrade(request, socket, head, (client) => {
      const connection = new LiveConnection(client, deps.addressOf(request), deps.clock, deps.log);
      serve(server, connection, connections, deps);
    });
  };
  sockets.on('wsClientError', ({ message }, socket) => refuse(socket, '400 Bad Request', new Fault('invalid_request', `${message}.`)));
  app.server.on('upgrade', upgrade);
  const timer = watching(connections, deps);
  app.addHook('preClose', async () => {
    clearInterval(timer);
    app.server.off('upgrade', upgrade);
    const gone = [...connections].map(({ socket }) => new Promise((resolve) => socket.once('close', resolve)));
    for (const connection of connections) connection.close(GOING_AWAY, STOPPING);
    await Promise.all(gone);
  });
}

/** Closed at once on both sides: of a connection that was taken out of HTTP, nobody else looks whether its client ever leaves. */
function refuse(socket: Duplex, status: string, fault: Fault): void {
  const body = JSON.stringify(errorBody(fault, newId()));
  socket.once('finish', () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/** Once a second: who may not follow any more, who does not read, who has gone. */
function watching(connections: Set<LiveConnection>, deps: LiveDeps): NodeJS.Timeout {
  let expelling = false;
  const look = async () => {
    for (const connection of connections) connection.look();
    if (expelling) return;
    expelling = true;
    await expelRevoked(deps, connections).catch((err: unknown) => deps.log.error({ err }, 'who still may follow could not be asked'));
    expelling = false;
  };
  return setInterval(() => void look(), LOOK_AGAIN_MS).unref();
}

function serve(server: Server<Extra>, connection: LiveConnection, connections: Set<LiveConnection>, { log }: LiveDeps): void {
  const { socket } = connection;
  connections.add(connection);
  const closed = server.opened(
    {
      protocol: socket.protocol,
      send: (message) => connection.send(message),
      close: (code = BROKEN, reason = '') => connection.close(code, reason),
      onMessage: (take) =>
        socket.on('message', (message) => {
          take(String(message)).catch((err: unknown) => {
            log.error({ err }, 'a message over WebSocket broke');
            connection.close(BROKEN, 'Internal error');
          });
        }),
    },
    { connection },
  );
  socket.once('close', (code, reason) => {
    connections.delete(connection);
    closed(code, String(reason)).catch((err: unknown) => log.error({ err }, 'a WebSocket could not be let go of'));
  });
}

function operationsServer(connections: Set<LiveConnection>, schema: GraphQLSchema, deps: LiveDeps): Server<Extra> {
  const asking = new WeakMap<ExecutionArgs, LiveConnection>();
  return makeServer<Record<string, unknown>, Extra>({
    connectionInitWaitTimeout: LIVE_LIMITS.initMs,
    onConnect: (context) => {
      const { connection } = context.extra;
      connection.operations = () => Object.keys(context.subscriptions).length;
      return connection.admit(deps, secretIn(context.connectionParams), connections);
    },
    onSubscribe: ({ extra: { connection } }, _id, operation) => {
      const tooMuch = beyondLimits(connection, connections);
      if (connection.viewer === null || tooMuch !== null) return [limited(tooMuch ?? 'Say who you are first.')];
      const checked = checkedOperation(schema, deps, connection.viewer, operation);
      if (isArgs(checked)) asking.set(checked, connection);
      return checked;
    },
    execute: async (args) => {
      const run = () => executed(deps.log, args);
      return (await asking.get(args)?.inTurn(run)) ?? {};
    },
    subscribe: (args): Promise<AsyncIterable<ExecutionResult> | ExecutionResult> => followed(deps, args),
  });
}

function isArgs(checked: ExecutionArgs | readonly GraphQLError[]): checked is ExecutionArgs {
  return 'document' in checked;
}

/** Why a connection may not ask for more now; null: it may. */
function beyondLimits(connection: LiveConnection, connections: Set<LiveConnection>): string | null {
  if (connection.operations() > LIVE_LIMITS.operationsOfConnection) {
    return `One connection may have ${LIVE_LIMITS.operationsOfConnection} operations at a time.`;
  }
  if (connection.socket.bufferedAmount > LIVE_LIMITS.unreadBytesWhenAsking) return 'Read what you were sent before you ask for more.';
  const all = ofCaller(connections, connection.secret).reduce((sum, each) => sum + each.operations(), 0);
  return all > LIVE_LIMITS.operationsOfCaller ? `One token may have ${LIVE_LIMITS.operationsOfCaller} operations at a time.` : null;
}

function limited(message: string): GraphQLError {
  const [error] = errorBody(new Fault('rate_limit_exceeded', message), newId()).errors ?? [];
  return new GraphQLError(message, { extensions: error?.extensions });
}
