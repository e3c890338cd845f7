/** `POST /graphql`. Callers are known before anything is parsed, so that strangers learn nothing of the schema. */
import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginCacheControlDisabled, ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type FormattedExecutionResult, GraphQLError, type GraphQLSchema } from 'graphql';
import type { AddressOf } from '../../kernel/addresses';
import { Fault } from '../../kernel/fault';
import type { Log } from '../../kernel/log';
import { shown } from '../../kernel/shown';
import { bearerSecret } from '../../keys/authenticate';
import { authenticateViewer } from '../../keys/viewer';
import { GuessBrake } from '../../ledger/redemption/guess-brake';
import { tooLong } from './answer-size';
import { refusedOnce } from './bounded-answers';
import { buildGraph } from './build-schema';
import { contextFor, type GraphContext, type GraphSources } from './context';
import { ERRORS_AT_MOST, LIMITS, limitRule } from './limit-rule';
import { registerLive } from './live/live-server';
import { errorBody, formatError, isToBeLogged, maskedFault, withoutSuggestion } from './render-error';
import type { FileShape } from './routing/catalog-inputs';
import { refuseConditions } from './subscription-conditions';

export interface GraphqlDeps extends GraphSources {
  /** Serves introspection, and lets errors suggest names of the schema. */
  readonly introspection: boolean;
  readonly addressOf: AddressOf;
  /** The JSON Schema of the catalog's file. */
  readonly catalogFile: FileShape;
}

/** Where the graph is served, over HTTP and over WebSocket. */
export const GRAPH_PATH = '/graphql';

/** Adds the graph to a server; resolves when it is ready to be served. Subscriptions are upgraded at the same path. */
export async function registerGraphql(app: FastifyInstance, given: Omit<GraphqlDeps, 'guesses'>): Promise<void> {
  const deps: GraphqlDeps = { ...given, guesses: new GuessBrake(given.clock) };
  const schema = await buildGraph(given.catalogFile);
  const apollo = createApollo(schema, deps);
  await apollo.start();
  app.addHook('onClose', () => apollo.stop());
  registerLive(app, schema, deps);
  await app.register((graph, _options, done) => {
    serve(graph, apollo, deps);
    done();
  });
}

function serve(graph: FastifyInstance, apollo: ApolloServer<GraphContext>, deps: GraphqlDeps): void {
  const contexts = new WeakMap<FastifyRequest, GraphContext>();
  graph.setErrorHandler((error, request, reply) => refuse(deps.log, error, request, reply));
  // Before a body is read: nothing is kept for strangers.
  graph.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store');
    const viewer = await authenticateViewer(deps, bearerSecret(request.headers.authorization), deps.addressOf(request.raw));
    contexts.set(request, contextFor(deps, viewer, request.id));
    withUsableHost(request);
  });
  graph.addHook('preHandler', async ({ body, query }) => refuseConditions((body ?? query) as Partial<Record<string, unknown>>));
  graph.addHook('onSend', async (request, reply, payload) => (reply.statusCode >= 400 ? withRequestId(payload, request.id) : payload));
  graph.route({
    method: ['GET', 'POST'],
    url: GRAPH_PATH,
    handler: fastifyApolloHandler(apollo, { context: async (request) => contextOf(contexts, request) }),
  });
}

/** The handler reads the query string off a URL that it makes with the caller's Host, and breaks where that makes none. */
function withUsableHost(request: FastifyRequest): void {
  Object.defineProperty(request, 'hostname', { value: 'localhost' });
}

function createApollo(schema: GraphQLSchema, { introspection, log }: GraphqlDeps): ApolloServer<GraphContext> {
  return new ApolloServer<GraphContext>({
    schema,
    introspection,
    hideSchemaDetailsFromClientErrors: !introspection,
    csrfPrevention: NAMES_ITS_CALLER,
    persistedQueries: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: LIMITS.tokens },
    validationRules: [limitRule],
    validationOptions: { maxErrors: ERRORS_AT_MOST.ofDocument, hideSuggestions: !introspection },
    executionOptions: { maxCoercionErrors: ERRORS_AT_MOST.ofVariables },
    formatError: introspection ? formatError : (formatted, error) => withoutSuggestion(formatError(formatted, error)),
    logger: loggerOf(log),
    // Nothing here may be cached by anybody, and looking whether it may costs a call for every field.
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginCacheControlDisabled(),
      NO_SUBSCRIPTIONS_HERE,
      errorsWithRequestId(log),
    ],
  });
}

/**
 * The header that no page of elsewhere can have had sent: browsers ask the gateway before they let a page set it. Every request that is
 * served has it, so that a query by GET needs no other one beside it, which clients that send queries so do not know of.
 */
const NAMES_ITS_CALLER = { requestHeaders: ['authorization'] };

/** Executed as a query, a subscription breaks on its first field, which is nobody's fault but the client's. */
const NO_SUBSCRIPTIONS_HERE: ApolloServerPlugin<GraphContext> = {
  requestDidStart: async () => ({
    didResolveOperation: async ({ operation }) => {
      if (operation?.operation !== 'subscription') return;
      const message = `Subscriptions are served over WebSocket at ${GRAPH_PATH}, in the protocol graphql-transport-ws.`;
      const originalError = new Fault('invalid_request', message);
      // The library answers 500 to what it does not know.
      throw new GraphQLError(message, { originalError, extensions: { http: { status: originalError.rule.http } } });
    },
  }),
};

/** Logs what the operator must hear of, and puts the request id on every error. */
function errorsWithRequestId(log: Log): ApolloServerPlugin<GraphContext> {
  return {
    requestDidStart: async ({ contextValue: { requestId, allowance } }) => ({
      didEncounterErrors: async ({ errors }) => {
        for (const error of errors.filter(isToBeLogged)) log.error({ err: error, request: requestId }, 'a field of the graph broke');
      },
      willSendResponse: async ({ request, operation, response: { body, http } }) => {
        if (body.kind !== 'single') return;
        const answer = notTooLong(body.singleResult, requestId);
        if (answer.errors === undefined) return;
        const result = refusedOnce(answer, allowance, operation?.operation);
        const told = result.errors ?? [];
        const understood = told.every(({ extensions }) => extensions?.['code'] !== 'BAD_REQUEST');
        const errors = told.map((error) => ({ ...error, extensions: { ...error.extensions, requestId } }));
        body.singleResult = { ...result, errors };
        if (http.status === 400 && understood && answersPlainJson(request.http?.headers.get('accept'))) http.status = 200;
      },
    }),
  };
}

function notTooLong(result: FormattedExecutionResult, requestId: string): FormattedExecutionResult {
  const refusal = tooLong(result.data);
  return refusal === null ? result : { ...errorBody(refusal, requestId), data: null };
}

/** There, a well-formed request whose operation is wrong has the status 200: GraphQL over HTTP, 6.4.1. */
function answersPlainJson(accept: string | undefined): boolean {
  return accept === undefined || !accept.includes('application/graphql-response+json');
}

/** A request that is none of GraphQL is refused before anything of ours sees it. */
function withRequestId(payload: unknown, requestId: string): unknown {
  if (typeof payload !== 'string' || !payload.startsWith('{"errors"') || payload.includes('"requestId"')) return payload;
  const { errors, ...rest } = JSON.parse(payload) as { readonly errors: readonly { readonly extensions?: object }[] };
  return JSON.stringify({ ...rest, errors: errors.map((error) => ({ ...error, extensions: { ...error.extensions, requestId } })) });
}

/** What goes wrong before the graph is reached: an unknown caller, or a body that is none. */
function refuse(log: Log, error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const fault = error instanceof Fault ? error : (badRequest(error) ?? maskedFault(error));
  if (fault.rule.log === 'error') log.error({ err: error, request: request.id }, 'a request of the graph broke');
  const { http, challenge } = fault.rule;
  if (challenge !== undefined) reply.header('www-authenticate', challenge);
  return reply.code(http).send(errorBody(fault, request.id));
}

function badRequest(error: unknown): Fault | null {
  const { statusCode, message } = error as { statusCode?: unknown; message?: unknown };
  if (statusCode === 413) return new Fault('request_too_large', 'The body is too large.');
  if (statusCode === 415) return new Fault('unsupported_media_type', 'The body must be application/json.');
  if (typeof statusCode !== 'number' || statusCode < 400 || statusCode >= 500) return null;
  return new Fault('invalid_request', shown(String(message)));
}

function contextOf(contexts: WeakMap<FastifyRequest, GraphContext>, request: FastifyRequest): GraphContext {
  const context = contexts.get(request);
  if (context === undefined) throw maskedFault(new Error('a request reached the graph without a viewer'));
  return context;
}

function loggerOf(log: Log) {
  return {
    debug: () => undefined,
    info: (message?: unknown) => log.info({}, String(message)),
    warn: (message?: unknown) => log.warn({}, String(message)),
    error: (message?: unknown) => log.error({}, String(message)),
  };
}
