/** Stands between a gateway and MySQL, and keeps back one batch, or the answer to it: it is carried out, and nobody hears of it. */
import { isError, packetsOf, statementsOf } from './mysql-packets';
import { standBetween } from './stand-between';

type Table = 'hold' | 'receipt';

export interface WithholdingProxy {
  /** The database's address with this proxy in front of it. */
  readonly url: string;
  /** Resolves when the next batch that writes to `table` was committed and its answer is being kept back. */
  withhold(table: Table): Promise<void>;
  /**
   * Resolves when the next batch that writes to `table` was said and is being kept back. What it gives lets the batch go
   * on, whether or not its gateway still lives, and resolves when it was carried out.
   */
  delay(table: Table): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

interface Wish {
  readonly what: 'answer' | 'batch';
  readonly table: Table;
  readonly met: (letGo: () => Promise<void>) => void;
}

export async function withholdingProxy(target: string): Promise<WithholdingProxy> {
  let wish: Wish | null = null;
  const wishFor = (transaction: readonly string[]): Wish | null => {
    const granted = transaction.some((each) => each.startsWith(`INSERT INTO ${wish?.table} `)) ? wish : null;
    if (granted !== null) wish = null;
    return granted;
  };
  const { url, close } = await standBetween(target, (client, database) => {
    let kept: Wish | null = null;
    database.on('close', () => client.destroy());
    client.on('close', () => kept?.what !== 'batch' && database.destroy());
    let transaction: string[] = [];
    let unanswered = Number.POSITIVE_INFINITY;
    let answered: () => void = () => undefined;
    const keep = ({ what, met }: Wish, packet: Buffer, answers: number) => {
      unanswered = answers;
      const letGo = () =>
        new Promise<void>((resolve) => {
          answered = resolve;
          database.write(packet);
        });
      if (what === 'batch') met(letGo);
      else void letGo().then(() => met(letGo));
    };
    client.on(
      'data',
      packetsOf((packet) => {
        const statements = statementsOf(packet);
        transaction.push(...statements);
        if (statements.at(-1) === 'COMMIT') {
          kept = wishFor(transaction);
          transaction = [];
        }
        if (kept === null) database.write(packet);
        else keep(kept, packet, statements.length);
      }),
    );
    database.on(
      'data',
      packetsOf((packet) => {
        if (kept === null) client.write(packet);
        else if (--unanswered === 0 || isError(packet)) answered();
      }),
    );
  });
  return {
    url,
    withhold: (table) =>
      new Promise((resolve) => {
        wish = { what: 'answer', table, met: () => resolve() };
      }),
    delay: (table) =>
      new Promise((resolve) => {
        wish = { what: 'batch', table, met: resolve };
      }),
    close,
  };
}
