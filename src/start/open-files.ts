/**
 * A process may open so many files, and every connection is one. Where there are none left, anything fails: connections to providers,
 * for which channels are blamed, threads, and files that are read late. So clients get no more of them than leaves enough for the rest.
 */
import { readFileSync } from 'node:fs';
import type { Server } from 'node:net';
import type { Clock } from '../kernel/clock';
import type { Log } from '../kernel/log';
import { onceAMinute } from '../kernel/once-a-minute';

/** Databases, threads, Redis, the log, and a few of everything. */
const OWN = 96;
/** One to the client, one to a provider. */
const PER_CONNECTION = 2;
const CONNECTIONS_MIN = 8;
const FEW_FILES = 1_024;
const WHAT_TO_DO = 'raise the limit of open files (ulimit -n)';

/** How many files this process may open; null: nobody knows, or without limit. */
export function openFilesMax(limits = '/proc/self/limits'): number | null {
  try {
    const [, most] = /^Max open files\s+(\d+)/m.exec(readFileSync(limits, 'utf8')) ?? [];
    return most === undefined ? null : Number.parseInt(most, 10);
  } catch {
    return null;
  }
}

/** Has the server turn away, at once, what is more than it can serve, and says so: once a minute, however often. */
export function boundConnections(
  server: Pick<Server, 'maxConnections' | 'on'>,
  openFiles: number | null,
  { log, clock }: { readonly log: Pick<Log, 'warn'>; readonly clock: Pick<Clock, 'monotonic'> },
): void {
  if (openFiles === null) return;
  const connections = Math.max(CONNECTIONS_MIN, Math.floor((openFiles - OWN) / PER_CONNECTION));
  server.maxConnections = connections;
  if (openFiles < FEW_FILES) log.warn({ openFiles, connections }, `few connections are taken at a time: ${WHAT_TO_DO}`);
  const tell = onceAMinute(clock, () => {
    log.warn({ openFiles, connections }, `connections are turned away, as many are open as can be served: ${WHAT_TO_DO}`);
  });
  server.on('drop', tell);
}
