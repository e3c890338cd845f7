/** An operation that came over a WebSocket: checked as over HTTP, and run with loaders of its own for every event. */
import {
  createSourceEventStream,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { newId } from '../../../kernel/ids';
import type { Log } from '../../../kernel/log';
import type { Viewer } from '../../../keys/viewer';
import { tooLong } from '../answer-size';
import { refusedOnce } from '../bounded-answers';
import { contextFor, type GraphContext, type GraphSources } from '../context';
import { ERRORS_AT_MOST, LIMITS, limitRule } from '../limit-rule';
import { formatError, isToBeLogged } from '../render-error';
import { conditionErrors } from '../subscription-conditions';
import { endable } from './followed';

export interface OperationDeps extends GraphSources {
  readonly introspection: boolean;
}

export interface Operation {
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
}

/** What to run, or what is wrong with it. */
export function checkedOperation(
  schema: GraphQLSchema,
  deps: OperationDeps,
  viewer: Viewer,
  { query, operationName, variables }: Operation,
): ExecutionArgs | readonly GraphQLError[] {
  const requestId = newId();
  const document = parsed(query);
  if (document instanceof GraphQLError) return [withCode(document, 'GRAPHQL_PARSE_FAILED', requestId)];
  const conditions = conditionErrors(document);
  if (conditions.length > 0) return conditions.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED', requestId));
  const rules = [...specifiedRules, limitRule, ...(deps.introspection ? [] : [NoSchemaIntrospectionCustomRule])];
  const hideSuggestions = !deps.introspection;
  const errors = validate(schema, document, rules, { hideSuggestions, maxErrors: ERRORS_AT_MOST.ofDocument });
  if (errors.length > 0) return errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED', requestId));
  if (getOperationAST(document, operationName) == null) {
    return [withCode(new GraphQLError(NO_OPERATION), 'OPERATION_RESOLUTION_FAILURE', requestId)];
  }
  const contextValue = contextFor(deps, viewer, requestId);
  const args = { schema, document, contextValue, operationName: operationName ?? null, variableValues: variables ?? null };
  return { ...args, hideSuggestions, options: { maxCoercionErrors: ERRORS_AT_MOST.ofVariables } };
}

const NO_OPERATION = 'Say which operation of the document is meant: its name is "operationName".';

/** A query or mutation. */
export async function executed(log: Log, args: ExecutionArgs): Promise<ExecutionResult> {
  return masked(log, args, await execute(args));
}

/** A subscription: its events, or the errors with which it did not begin. */
export async function followed(deps: OperationDeps, args: ExecutionArgs): Promise<AsyncIterable<ExecutionResult> | ExecutionResult> {
  const source = await createSourceEventStream(args);
  return Symbol.asyncIterator in source ? told(deps, args, source) : masked(deps.log, args, source);
}

function told(deps: OperationDeps, args: ExecutionArgs, source: AsyncIterable<unknown>): AsyncIterableIterator<ExecutionResult> {
  const { viewer } = contextOf(args);
  const events = source[Symbol.asyncIterator]();
  let broken = false;
  const next = async (): Promise<IteratorResult<ExecutionResult, undefined>> => {
    try {
      const { done, value: rootValue } = broken ? { done: true, value: undefined } : await events.next();
      if (done === true) return { done: true, value: undefined };
      // Anew for each event: what was loaded for one event would be stale for the next, and never be let go.
      const eventArgs = { ...args, rootValue, contextValue: contextFor(deps, viewer, newId()) };
      return { done: false, value: masked(deps.log, eventArgs, await execute(eventArgs)) };
    } catch (error) {
      broken = true;
      const cause = error instanceof Error ? error : new Error(String(error));
      return { done: false, value: masked(deps.log, args, { errors: [new GraphQLError(cause.message, { originalError: cause })] }) };
    }
  };
  return endable(next, () => void events.return?.());
}

function masked(log: Log, args: ExecutionArgs, found: ExecutionResult): ExecutionResult {
  const refusal = tooLong(found.data);
  const result = refusal === null ? found : { data: null, errors: [new GraphQLError(refusal.publicMessage, { originalError: refusal })] };
  if (result.errors === undefined) return result;
  const { requestId, allowance } = contextOf(args);
  const answer = refusedOnce(result, allowance, getOperationAST(args.document, args.operationName)?.operation);
  const told = (answer.errors ?? []).map(aboutVariables);
  for (const error of told.filter(isToBeLogged)) log.error({ err: error, request: requestId }, 'a field of the graph broke');
  const errors = told.map((error) => rendered(error, requestId));
  return { ...answer, errors };
}

function contextOf({ contextValue }: ExecutionArgs): GraphContext {
  return contextValue as GraphContext;
}

/** As it is sent: `toJSON` is what the library calls. */
function rendered(error: GraphQLError, requestId: string): GraphQLError {
  const { message, locations, path, extensions } = formatError(error.toJSON(), error);
  const given = { ...(path && { path }), extensions: { ...extensions, requestId } };
  return Object.assign(new GraphQLError(message, given), { toJSON: () => ({ message, ...(locations && { locations }), ...given }) });
}

/** What is wrong with a variable is found by the execution, and about the request all the same. */
function aboutVariables(error: GraphQLError): GraphQLError {
  const ofVariable = error.nodes?.[0]?.kind === Kind.VARIABLE_DEFINITION && error.message.startsWith('Variable "$');
  return ofVariable ? coded(error, { code: 'BAD_USER_INPUT' }) : error;
}

function parsed(query: string): DocumentNode | GraphQLError {
  try {
    return parse(query, { maxTokens: LIMITS.tokens });
  } catch (error) {
    return error instanceof GraphQLError ? error : new GraphQLError('The operation cannot be read.');
  }
}

function withCode(error: GraphQLError, code: string, requestId: string): GraphQLError {
  return rendered(coded(error, { code }), requestId);
}

function coded({ message, nodes, source, positions }: GraphQLError, extensions: { readonly code: string }): GraphQLError {
  return new GraphQLError(message, { nodes, source, positions, extensions });
}
