/**
 * Stands between a client and MySQL, and does at random what a bad line does to what ends in a COMMIT: loses it, tears it,
 * carries it and loses the answers, or brings it when the client has long gone and asked again.
 */
import type { Socket } from 'node:net';
import { packetsOf, statementsOf } from './mysql-packets';
import type { SeededRandom } from './seeded-random';
import { standBetween } from './stand-between';

export interface UnrulyProxy {
  /** The database's address with this proxy in front of it. */
  readonly url: string;
  /** How often each thing was done so far. */
  readonly done: Readonly<Record<Harm, number>>;
  /** From now on everything is passed on. */
  behave(): void;
  close(): Promise<void>;
}

const HARMS = ['lost', 'torn', 'unheard', 'half heard', 'late'] as const;
type Harm = (typeof HARMS)[number];

const LATE_MS = { from: 20, to: 3_500 };

interface Line {
  readonly client: Socket;
  readonly database: Socket;
  readonly random: SeededRandom;
  /** Answers that are still passed on; after them the client is cut off. */
  hears: number;
}

export async function unrulyProxy(target: string, random: SeededRandom, chance: number): Promise<UnrulyProxy> {
  const done: Record<Harm, number> = { lost: 0, torn: 0, unheard: 0, 'half heard': 0, late: 0 };
  let unruly = true;
  const { url, close } = await standBetween(target, (client, database) => {
    const line: Line = { client, database, random, hears: Number.POSITIVE_INFINITY };
    database.on('close', () => client.destroy());
    client.on('close', () => void (line.hears > 0 && database.destroy()));
    client.on('data', packetsOf(forward));
    database.on('data', packetsOf(hear));

    function forward(packet: Buffer): void {
      const statements = statementsOf(packet);
      if (!unruly || statements.at(-1) !== 'COMMIT' || !random.chance(chance)) return void database.write(packet);
      const harm = HARMS[random.between(0, HARMS.length - 1)] ?? 'lost';
      done[harm] += 1;
      DOES[harm](line, packet, statements.length);
    }

    function hear(packet: Buffer): void {
      if (line.hears > 0) client.write(packet);
      line.hears -= 1;
      if (line.hears === 0) client.destroy();
    }
  });
  return {
    url,
    done,
    behave: () => {
      unruly = false;
    },
    close,
  };
}

/** The server ends the statements of a client that has gone, and then its connection. */
function cutOff({ client, database }: Line, packet: Buffer): void {
  client.destroy();
  database.end(packet);
}

const DOES: Readonly<Record<Harm, (line: Line, packet: Buffer, answers: number) => void>> = {
  lost: ({ client }) => client.destroy(),
  torn: ({ client, database, random }, packet) => {
    database.write(packet.subarray(0, random.between(1, packet.length - 1)), () => client.destroy());
  },
  unheard: (line, packet) => {
    line.hears = 0;
    cutOff(line, packet);
  },
  'half heard': (line, packet, answers) => {
    line.hears = line.random.between(1, answers);
    line.database.write(packet);
  },
  late: (line, packet) => {
    line.hears = 0;
    line.client.destroy();
    setTimeout(() => cutOff(line, packet), line.random.between(LATE_MS.from, LATE_MS.to)).unref();
  },
};
