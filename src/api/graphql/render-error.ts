/** The one place that renders errors of the graph: a `Fault` is shown, GraphQL's own words pass, all else is masked. */
import { type FormattedExecutionResult, GraphQLError, type GraphQLFormattedError } from 'graphql';
import { Fault } from '../../kernel/fault';
import { clipped } from '../../kernel/shown';

const INTERNAL: Pick<GraphQLFormattedError, 'message' | 'extensions'> = {
  message: 'Internal error',
  extensions: { code: 'INTERNAL_SERVER_ERROR' },
};

/** Codes that are given to requests before a resolver runs: their messages speak of the request, not of us. */
const ABOUT_THE_REQUEST = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_SUPPORTED',
]);

/** What the caller is shown. `formatted` is the error as GraphQL would show it. */
export function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const place = { ...(formatted.locations && { locations: formatted.locations }), ...(formatted.path && { path: formatted.path }) };
  if (isOfMoreVariables(error)) return OF_MORE_VARIABLES;
  const fault = faultIn(error);
  if (fault !== null) return { message: shortened(fault.publicMessage), ...place, extensions: extensionsOf(fault) };
  if (!isAboutTheRequest(formatted, error)) return { ...INTERNAL, ...place };
  return { ...formatted, message: inOurWords(formatted) ?? shortened(formatted.message) };
}

const OF_MORE_VARIABLES: GraphQLFormattedError = {
  message: 'Too many errors in the variables: those behind these are not told.',
  extensions: { code: 'BAD_USER_INPUT' },
};

/** The library's own last word on variables, which points at none of them. */
function isOfMoreVariables(error: unknown): boolean {
  return error instanceof GraphQLError && error.nodes === undefined && error.message.startsWith('Too many errors processing variables');
}

/** Where a library speaks of its own inside; null: its words tell a caller what is wrong. */
function inOurWords({ message, extensions }: GraphQLFormattedError): string | null {
  if (extensions?.['code'] === 'GRAPHQL_PARSE_FAILED' && !message.startsWith('Syntax Error')) return TOO_DEEP;
  return extensions?.['validationErrorCode'] === 'INTROSPECTION_DISABLED' ? NO_INTROSPECTION : null;
}

/** Without the names of the schema that an error proposes instead of the wrong one. */
export function withoutSuggestion<T extends { readonly message: string }>(error: T): T {
  return { ...error, message: error.message.replace(SUGGESTION, '') };
}

const SUGGESTION = / Did you mean .*\?$/s;
/** The parser ran out of stack, and says so in words of the engine. */
const TOO_DEEP = 'The operation is nested too deeply to be read.';
const NO_INTROSPECTION = 'Introspection is off here: a gateway that is started with GRAPHQL_INTROSPECTION=true serves it.';
/** What was asked for is quoted in what is wrong with it. */
const MESSAGE_MAX = 1_000;

function shortened(message: string): string {
  return clipped(message, MESSAGE_MAX);
}

/** What the operator must hear of: a fault whose rule says so, and what is neither a fault nor about the request. */
export function isToBeLogged(error: GraphQLError): boolean {
  if (isOfMoreVariables(error)) return false;
  const fault = faultIn(error);
  return fault === null ? !isAboutTheRequest(error, error) : fault.rule.log === 'error';
}

/** The body of a request that did not get as far as the graph. */
export function errorBody(fault: Fault, requestId: string): FormattedExecutionResult {
  return { errors: [{ message: shortened(fault.publicMessage), extensions: { ...extensionsOf(fault), requestId } }] };
}

export function maskedFault(cause: unknown): Fault {
  return new Fault('internal_error', INTERNAL.message, { cause });
}

/** `code` is that of the graph; `faultCode` is the finer one of the gateway, the same as over REST and on receipts. */
function extensionsOf(fault: Fault): Record<string, unknown> {
  const { param } = fault.detail;
  return { code: fault.rule.graphql, faultCode: fault.code, ...(param === undefined ? {} : { param }) };
}

function faultIn(error: unknown): Fault | null {
  if (error instanceof Fault) return error;
  return error instanceof GraphQLError && error.originalError instanceof Fault ? error.originalError : null;
}

/** An error that a resolver threw has an original; one that GraphQL made of the request has none, or another of its own. */
function isAboutTheRequest({ extensions }: Pick<GraphQLFormattedError, 'extensions'>, error: unknown): boolean {
  const code = extensions?.['code'];
  if (typeof code !== 'string' || !ABOUT_THE_REQUEST.has(code)) return false;
  return !(error instanceof GraphQLError) || error.path === undefined || error.originalError === undefined;
}
