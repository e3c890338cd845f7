import type { DataSource, QueryRunner } from 'typeorm';
import { invariant } from '../kernel/invariant';
import type { Log } from '../kernel/log';

const TELL_EVERY_S = 30;
const SPEAK_EVERY_MS = 10_000;
const NAME_MAX = 64;

export interface Turn {
  /** What is done, in words: the name of the lock. */
  readonly work: string;
  /** Hears that others are waited for, and which connection of the server is theirs. */
  readonly log: Pick<Log, 'warn'>;
  readonly tellEveryS?: number;
  readonly speakEveryMs?: number;
}

/**
 * Runs `run` while no other process runs work of that name on the same database. An embedded database has one process
 * anyway; on MySQL a lock by name keeps the others out, and goes with its connection. They wait for as long as the work takes: a
 * large table may be changed for hours, and a start that gave up would only be the next one to wait.
 */
export async function oneProcessAtATime<T>(dataSource: DataSource, turn: Turn, run: () => Promise<T>): Promise<T> {
  if (dataSource.options.type === 'better-sqlite3') return run();
  const runner = dataSource.createQueryRunner();
  const name = `${turn.work}:${String(dataSource.options.database)}`.slice(0, NAME_MAX);
  try {
    await take(runner, name, turn);
    try {
      return await speaking(runner, turn, run);
    } finally {
      await runner.query('SELECT RELEASE_LOCK(?)', [name]);
    }
  } finally {
    await runner.release();
  }
}

/** A proxy before the server closes a connection that says nothing for long, and the lock would go with it in the midst of the work. */
async function speaking<T>(runner: QueryRunner, { speakEveryMs = SPEAK_EVERY_MS }: Turn, run: () => Promise<T>): Promise<T> {
  // Where it is lost all the same, the release of the lock says so.
  const timer = setInterval(() => void runner.query('DO 0').catch(() => undefined), speakEveryMs);
  try {
    return await run();
  } finally {
    clearInterval(timer);
  }
}

async function take(runner: QueryRunner, name: string, { work, log, tellEveryS = TELL_EVERY_S }: Turn): Promise<void> {
  for (;;) {
    const [row]: { taken: unknown; holder: unknown }[] = await runner.query('SELECT GET_LOCK(?, ?) AS taken, IS_USED_LOCK(?) AS holder', [
      name,
      tellEveryS,
      name,
    ]);
    if (String(row?.taken) === '1') return;
    invariant(String(row?.taken) === '0', 'the server gives each process its turn');
    log.warn({ work, connection: String(row?.holder) }, 'another process is busy with this work on the database: waiting until it is done');
  }
}
