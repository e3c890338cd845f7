/** A few connections of the ledger's own. One batch has one connection from its first statement to its COMMIT. */
import { type Connection, createConnection } from 'mysql2/promise';
import { takesNoChange, troubleOf } from '../../sql/mysql-errors';
import { KEPT_ALIVE, MYSQL_SESSION } from '../../sql/mysql-session';

const USE_TIMEOUT_MS = 12_000;
const CONNECT_TIMEOUT_MS = 3_000;

/**
 * READ COMMITTED, because the default level deadlocks. A process that stops, or whose machine is gone, in the midst of a transaction
 * keeps what it has locked for as long as the server waits for it: two seconds. MySQL cannot be told so of transactions alone:
 * there it is half a minute, and two seconds from `HURRY` to `REST`.
 */
const SESSION_SETTINGS = [
  MYSQL_SESSION,
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
  // Of the statements alone: answers come in UTF-8.
  'SET character_set_client = ascii, character_set_connection = ascii',
  `SET SESSION innodb_lock_wait_timeout = 2
    /*M!100303 , idle_transaction_timeout = 2 */ /*!80000 , wait_timeout = 30 */`,
];

/** Which server it is: an address may lead to another one after a failover. */
const WHO = "CONCAT_WS(' ', @@hostname, @@port, @@server_id)";

/** Said before a transaction that waits for its client in between. Where the server knows transactions that are idle, nothing. */
export const HURRY = 'SET @waits = 2 /*!80000 , wait_timeout = 2 */';
/** Said before such a transaction is ended. */
export const REST = 'SET @waits = 30 /*!80000 , wait_timeout = 30 */';

/** What a statement answered: its rows, each an array in the order of its columns, or how many rows it found. */
export type Answer = Rows | { readonly affectedRows: number };
export type Rows = readonly (readonly (string | number | null)[])[];

/**
 * Sends statements in one exchange; the first that fails ends it. Answers in their order.
 * @throws also when they are longer together than the server takes: it would only close the connection
 */
export type Exchange = (statements: readonly string[]) => Promise<readonly Answer[]>;

interface Line {
  readonly connection: Connection;
  /** What its server takes at once, in bytes. */
  readonly packetMax: number;
  readonly server: string;
}

/** Where something is at the address that is not as it was. */
export interface ServerWatch {
  /** Called when the server takes no change. */
  readonly onTakesNoChange?: () => void;
  /** Called when a connection that was made anew led to another server than the one before. */
  readonly onAnotherServer?: () => void;
}

export class MysqlConnections {
  private readonly idle: Line[] = [];
  private readonly queue: (() => void)[] = [];
  private inUse = 0;
  private era = 0;
  private server: string | null = null;

  constructor(
    private readonly url: string,
    private readonly size: number,
    private readonly timeoutMs = USE_TIMEOUT_MS,
    private readonly watch: ServerWatch = {},
  ) {}

  /**
   * Runs `work` on a connection that nobody else uses, for `withinMs` in all once it has its turn. When it throws or time
   * is up, what it began is rolled back, and a connection whose state is not known is given up.
   */
  async use<T>(work: (exchange: Exchange) => Promise<T>, withinMs = this.timeoutMs): Promise<T> {
    while (this.inUse >= this.size) await new Promise<void>((resolve) => this.queue.push(resolve));
    this.inUse += 1;
    const limit = timeLimit(withinMs);
    try {
      const era = this.era;
      const line = this.idle.pop() ?? this.recognised(await connect(this.url, withinMs, limit.reached));
      return await this.useOne(line, era, work, limit.reached);
    } finally {
      limit.lift();
      this.inUse -= 1;
      this.queue.shift()?.();
    }
  }

  /** From now on connections are made anew: those that there are lead to a server that takes no change. */
  leaveServer(): void {
    this.era += 1;
    for (const { connection } of this.idle.splice(0)) connection.destroy();
  }

  async close(): Promise<void> {
    await Promise.all(this.idle.splice(0).map(({ connection }) => connection.end().catch(() => connection.destroy())));
  }

  private recognised(line: Line): Line {
    const isAnother = this.server !== null && this.server !== line.server;
    this.server = line.server;
    if (isAnother) this.watch.onAnotherServer?.();
    return line;
  }

  private async useOne<T>(line: Line, era: number, work: (exchange: Exchange) => Promise<T>, timeIsUp: Promise<never>): Promise<T> {
    const exchange: Exchange = (statements) => send(line, statements, timeIsUp);
    try {
      const result = await work(exchange);
      this.keep(line, era);
      return result;
    } catch (error) {
      if (takesNoChange(error)) this.watch.onTakesNoChange?.();
      if (troubleOf(error) === 'lost') line.connection.destroy();
      else
        await exchange([REST, 'ROLLBACK']).then(
          () => this.keep(line, era),
          () => line.connection.destroy(),
        );
      throw error;
    }
  }

  private keep(line: Line, era: number): void {
    const { connection } = line;
    if (era !== this.era) {
      connection.destroy();
      return;
    }
    this.idle.push(line);
    connection.removeAllListeners('error');
    // Not once: a closing connection can fail again, and without a listener that would end the process.
    connection.on('error', () => {
      const at = this.idle.indexOf(line);
      if (at >= 0) this.idle.splice(at, 1);
      connection.destroy();
    });
  }
}

async function connect(url: string, withinMs: number, timeIsUp: Promise<never>): Promise<Line> {
  const connection = await createConnection({
    uri: url,
    charset: 'utf8mb4',
    supportBigNumbers: true,
    bigNumberStrings: true,
    multipleStatements: true,
    rowsAsArray: true,
    // The text is complete: a question mark in it is a question mark.
    queryFormat: (sql) => sql,
    ...KEPT_ALIVE,
    connectTimeout: Math.min(CONNECT_TIMEOUT_MS, withinMs),
  });
  // Without a listener the loss of a connection would end the process; whoever uses it hears of it anyway.
  connection.on('error', () => undefined);
  try {
    const asking = { connection, packetMax: Number.POSITIVE_INFINITY };
    const answers = await send(asking, [...SESSION_SETTINGS, `SELECT @@max_allowed_packet, ${WHO}`], timeIsUp);
    const [[packetMax, server] = []] = rowsOf(answers.at(-1));
    return { connection, packetMax: Number.parseInt(String(packetMax), 10), server: String(server) };
  } catch (error) {
    connection.destroy();
    throw error;
  }
}

async function send(
  { connection, packetMax }: Omit<Line, 'server'>,
  statements: readonly string[],
  timeIsUp: Promise<never>,
): Promise<readonly Answer[]> {
  const text = statements.join(';\n');
  refuseTooLong(text, packetMax);
  const [answer]: unknown[] = await Promise.race([connection.query(text), timeIsUp]);
  return statements.length === 1 ? [answer as Answer] : (answer as readonly Answer[]);
}

const COMMAND_BYTES = 1;
const BYTES_A_CHARACTER = 3;
const PACKET_TOO_LARGE = 1153;

/** Says what the server would, which is slow to say it and mostly cuts the line instead. */
function refuseTooLong(text: string, max: number): void {
  if (text.length * BYTES_A_CHARACTER < max || Buffer.byteLength(text) + COMMAND_BYTES <= max) return;
  throw Object.assign(new Error(`The statements are longer than the ${max} bytes that the database takes at once.`), {
    errno: PACKET_TOO_LARGE,
  });
}

/** Not the driver's own limit, which leaves its timer behind when the connection is lost and keeps a stopping process alive. */
function timeLimit(ms: number): { readonly reached: Promise<never>; lift(): void } {
  let timer: NodeJS.Timeout | undefined;
  const reached = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error('The database did not answer in time.'), { code: 'ETIMEDOUT' })), ms);
  });
  reached.catch(() => undefined);
  return { reached, lift: () => clearTimeout(timer) };
}

/** The rows of a SELECT. */
export function rowsOf(answer: Answer | undefined): Rows {
  return answer === undefined || 'affectedRows' in answer ? [] : answer;
}

/** How many rows a change found, changed or not. */
export function foundBy(answer: Answer | undefined): number {
  return answer !== undefined && 'affectedRows' in answer ? answer.affectedRows : 0;
}
