/**
 * Waits for a database that may have fallen silent. A statement may take as long as it needs while the server answers somebody; once
 * it answers nobody, whoever waits for it hears so.
 */
import { createConnection } from 'mysql2/promise';

/** So long nobody asks whether the server is there; together with the answer, what a caller waits for at most: less than five seconds. */
const PATIENCE_MS = 2_500;
const ANSWER_MS = 2_000;
/** Nothing came back. What a server refuses it has answered, and what this machine lacks, such as descriptors, says nothing of the server. */
const SILENCE = /^(ETIMEDOUT|EPIPE|E(CONN|HOST|NET)[A-Z]+|PROTOCOL_[A-Z_]+)$/;

export type Wanted<T> = (isWanted: () => boolean) => Promise<T>;

export interface LivenessParts {
  /** Asks the server for anything at all. @throws what came of it, within two seconds */
  readonly ask: () => Promise<unknown>;
  /** Called once for each time that the server was found silent, before the callers hear of it. */
  readonly onSilence: () => void;
  readonly patienceMs?: number;
}

/** Of one server. However many wait for it, it is asked by one of them at a time. */
export class Liveness {
  private asking: Promise<boolean> | null = null;
  /** Tells those who wait that nobody answers. */
  private readonly waiting = new Set<() => void>();

  constructor(private readonly parts: LivenessParts) {}

  /**
   * Gives what `work` gives, however long that takes, while the server answers. The work can ask whether anybody still waits for it.
   * @throws Error ETIMEDOUT within five seconds after the server stopped to; what the work has begun goes on, and is nobody's then
   */
  async during<T>(work: Wanted<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    let ended = false;
    let hear: () => void = () => undefined;
    const silence = new Promise<never>((_, reject) => {
      hear = () => reject(Object.assign(new Error('The database answers nobody.'), { code: 'ETIMEDOUT' }));
      const look = async () => {
        if (!(await this.answers())) hear();
        else if (!ended) wait();
      };
      const wait = () => {
        timer = setTimeout(() => void look(), this.parts.patienceMs ?? PATIENCE_MS);
      };
      wait();
    });
    this.waiting.add(hear);
    try {
      return await Promise.race([work(() => !ended), silence]);
    } finally {
      ended = true;
      this.waiting.delete(hear);
      clearTimeout(timer);
    }
  }

  /** All who wait hear now that nobody answers: another server is at the address, and says nothing of the one that they wait for. */
  giveUp(): void {
    this.parts.onSilence();
    for (const hear of this.waiting) hear();
  }

  private answers(): Promise<boolean> {
    this.asking ??= this.hearsAnything().finally(() => {
      this.asking = null;
    });
    return this.asking;
  }

  private async hearsAnything(): Promise<boolean> {
    try {
      await this.parts.ask();
    } catch (error) {
      if (SILENCE.test(String((error as { readonly code?: unknown }).code))) {
        this.parts.onSilence();
        return false;
      }
    }
    return true;
  }
}

/** Over a connection of its own: those in use may be all that there are. */
export async function askMysql(url: string): Promise<void> {
  const connection = await createConnection({ uri: url, connectTimeout: ANSWER_MS });
  connection.on('error', () => undefined);
  try {
    await connection.query({ sql: 'SELECT 1', timeout: ANSWER_MS });
  } finally {
    connection.destroy();
  }
}
