/** Structured logs: JSON lines on stderr. Standard output is for people. */
import pino, { type LoggerOptions } from 'pino';
import type { Log } from '../kernel/log';
import { LogLines } from './log-lines';
import { inSources } from './source-stack';

const STDERR = 2;
const CAUSES_MAX = 5;

export function createLogger(level: string): Log {
  return pino(loggerOptions(level), new LogLines(STDERR));
}

/** A line of a request has its id as `requestId`, which is also that of the receipt. Of an error only what names it is written. */
export function loggerOptions(level: string): LoggerOptions {
  return {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: (error: unknown) => factsOf(error, CAUSES_MAX) },
    formatters: { log: withRequestId },
  };
}

function withRequestId(fields: Record<string, unknown>): Record<string, unknown> {
  const requestId = fields['request'] ?? fields['receipt'];
  return requestId === undefined ? fields : { requestId, ...fields };
}

/** Libraries hang what they were doing on their errors: a statement with its values, a request with its headers. None of it belongs in a log. */
function factsOf(error: unknown, causes: number): unknown {
  if (typeof error !== 'object' || error === null || !('message' in error)) return typeof error;
  const { name, message, stack, code, errno, syscall } = error as Record<string, unknown>;
  const cause = causeOf(error);
  const below = cause === undefined || causes === 0 ? undefined : factsOf(cause, causes - 1);
  const placed = typeof stack === 'string' ? inSources(stack) : undefined;
  return { type: name, message, stack: placed, code, errno, syscall, cause: below };
}

/** The graph wraps an error, with its message and its stack: what it came from is that of the wrapped one. */
function causeOf(error: object): unknown {
  const { cause, originalError } = error as { readonly cause?: unknown; readonly originalError?: unknown };
  return typeof originalError === 'object' && originalError !== null ? causeOf(originalError) : cause;
}
