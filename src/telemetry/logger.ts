/** Structured logs: JSON lines on stderr. Standard output is for people. */
import pino from 'pino';
import type { Log } from '../kernel/log';

const STDERR = 2;

export function createLogger(level: string): Log {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ fd: STDERR, sync: false }));
}
