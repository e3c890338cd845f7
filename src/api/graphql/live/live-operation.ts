/** An operation that came over a WebSocket: checked as over HTTP, and run with loaders of its own for every event. */
import {
  createSourceEventStream,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { newId } from '../../../kernel/ids';
import type { Log } from '../../../kernel/log';
import type { Viewer } from '../../../keys/viewer';
import { contextFor, type GraphContext, type GraphSources } from '../context';
import { LIMITS, limitRule } from '../limit-rule';
import { formatError, isInternal } from '../render-error';
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
  const document = parsed(query);
  if (document instanceof GraphQLError) return [document];
  const rules = [...specifiedRules, limitRule, ...(deps.introspection ? [] : [NoSchemaIntrospectionCustomRule])];
  const hideSuggestions = !deps.introspection;
  const errors = validate(schema, document, rules, { hideSuggestions });
  if (errors.length > 0) return errors.map(withCode);
  const contextValue = contextFor(deps, viewer, newId());
  const args = { schema, document, contextValue, operationName: operationName ?? null, variableValues: variables ?? null };
  return { ...args, hideSuggestions };
}

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

function masked(log: Log, args: ExecutionArgs, result: ExecutionResult): ExecutionResult {
  if (result.errors === undefined) return result;
  const { requestId } = contextOf(args);
  for (const error of result.errors.filter(isInternal)) log.error({ err: error, request: requestId }, 'a field of the graph broke');
  const errors = result.errors.map((error) => {
    const { message, locations, path, extensions } = formatError(error.toJSON(), error);
    const given = { ...(path && { path }), extensions: { ...extensions, requestId } };
    return Object.assign(new GraphQLError(message, given), { toJSON: () => ({ message, ...(locations && { locations }), ...given }) });
  });
  return { ...result, errors };
}

function contextOf({ contextValue }: ExecutionArgs): GraphContext {
  return contextValue as GraphContext;
}

function parsed(query: string): DocumentNode | GraphQLError {
  try {
    return parse(query, { maxTokens: LIMITS.tokens });
  } catch (error) {
    return error instanceof GraphQLError ? withCode(error) : new GraphQLError('The operation cannot be read.');
  }
}

function withCode(error: GraphQLError): GraphQLError {
  return new GraphQLError(error.message, {
    nodes: error.nodes,
    source: error.source,
    positions: error.positions,
    extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
  });
}
