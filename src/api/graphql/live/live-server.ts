/**
 * Subscriptions over WebSocket at the path of the graph, in the protocol `graphql-transport-ws`. A client is told as fast
 * as it takes: every event is asked for when the one before it has left, so that a slow client costs no memory.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import type { ViewerMeans } from '../../../keys/viewer';
import { admitted, expelRevoked, type LiveConnection, secretIn } from './live-connection';
import { checkedOperation, executed, followed, type OperationDeps } from './live-operation';

export type LiveDeps = OperationDeps & ViewerMeans;

const MESSAGE_BYTES_MAX = 128 * 1024;
const INIT_WITHIN_MS = 3_000;
const KEEP_ALIVE_MS = 12_000;
/** A revoked key is cut off within two seconds: the memory of a key is 0.8 s old at most when this looks. */
const LOOK_AGAIN_MS = 1_000;
const OPERATIONS_MAX = 100;
const GOING_AWAY = 1001;

export function registerLive(app: FastifyInstance, path: string, schema: GraphQLSchema, deps: LiveDeps): void {
  const connections = new Map<object, LiveConnection>();
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_BYTES_MAX });
  const server = serveOperations(sockets, connections, schema, deps);
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (request.url?.split('?')[0] !== path) return void socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n');
    sockets.handleUpgrade(request, socket, head, (client) => sockets.emit('connection', client, request));
  };
  app.server.on('upgrade', upgrade);
  const timer = setInterval(() => void expelRevoked(deps, [...connections.values()]), LOOK_AGAIN_MS);
  timer.unref();
  app.addHook('preClose', async () => {
    clearInterval(timer);
    app.server.off('upgrade', upgrade);
    for (const { socket } of connections.values())
      socket.close(GOING_AWAY, 'The gateway is being stopped: come back with your last cursor.');
    await server.dispose();
  });
}

function serveOperations(sockets: WebSocketServer, connections: Map<object, LiveConnection>, schema: GraphQLSchema, deps: LiveDeps) {
  return useServer<Record<string, unknown>>(
    {
      connectionInitWaitTimeout: INIT_WITHIN_MS,
      onConnect: async ({ connectionParams, extra: { socket } }) => {
        const secret = secretIn(connectionParams);
        const viewer = await admitted(deps, socket, secret);
        if (viewer === null) return false;
        connections.set(socket, { socket, secret, viewer });
        return true;
      },
      onClose: ({ extra }) => void connections.delete(extra.socket),
      onSubscribe: ({ extra, subscriptions }, _id, operation) => {
        const connection = connections.get(extra.socket);
        if (connection === undefined || Object.keys(subscriptions).length > OPERATIONS_MAX) return [TOO_MANY];
        return checkedOperation(schema, deps, connection.viewer, operation);
      },
      execute: (args) => executed(deps.log, args),
      subscribe: (args) => followed(deps, args),
    },
    sockets,
    KEEP_ALIVE_MS,
  );
}

const TOO_MANY = new GraphQLError(`One connection may have ${OPERATIONS_MAX} operations at a time.`, {
  extensions: { code: 'RATE_LIMITED' },
});
