/**
 * `npm run test:soak`: the siege for as long as you like, on a MariaDB of its own, or on SQLite. See README.md beside it.
 * Exits with 1 when anything was lost, doubled or out of order.
 */
import { readLine, runCommand, UsageError } from '../../src/start/command';
import { freshDatabase, type TestDatabase } from '../support/databases';
import { type OwnMariadb, ownMariadb } from '../support/own-mariadb';
import { seededRandom } from '../support/seeded-random';
import { Siege, type Verdict } from './siege';
import { lostAndDoubled } from './witness';

interface Options {
  readonly kills: number;
  readonly databaseKills: number;
  readonly processes: number;
  readonly clients: number;
  readonly minutes: number;
  readonly sqlite: boolean;
}

/** Calls between two kills of a gateway, and how long is waited for them. */
const CALLS = { from: 10, to: 80 };
const WAIT_MS = 5_000;
const SHOWN = 20;
const TOLD_EVERY = 25;

const USAGE = `usage: npm run test:soak -- [options]

  --kills <n>            gateways that are killed, one after the other (500)
  --database-kills <n>   kills of the database among them (20)
  --processes <n>        gateways at once (4)
  --clients <n>          that call them (16)
  --minutes <n>          after which it ends in any case (60)
  --sqlite               one gateway on SQLite, whose database is never killed

Exit code: 0 nothing was lost, doubled or out of order; 1 something was; 64 wrong call.`;

function wholeNumber(name: string, text: string, from: number): number {
  if (!/^\d{1,9}$/.test(text) || Number(text) < from) throw new UsageError(`--${name} must be a whole number from ${from}, not "${text}".`);
  return Number(text);
}

function readOptions(args: readonly string[]): Options {
  const { values } = readLine(args, {
    options: {
      kills: { type: 'string', default: '500' },
      'database-kills': { type: 'string', default: '20' },
      processes: { type: 'string', default: '4' },
      clients: { type: 'string', default: '16' },
      minutes: { type: 'string', default: '60' },
      sqlite: { type: 'boolean', default: false },
    },
  });
  const { sqlite } = values;
  return {
    kills: wholeNumber('kills', values.kills, 1),
    databaseKills: sqlite ? 0 : wholeNumber('database-kills', values['database-kills'], 0),
    processes: sqlite ? 1 : wholeNumber('processes', values.processes, 1),
    clients: wholeNumber('clients', values.clients, 1),
    minutes: wholeNumber('minutes', values.minutes, 1),
    sqlite,
  };
}

/** Spread evenly among those of gateways. */
function databaseKillsDue(kills: number, options: Options): number {
  return Math.floor((kills / options.kills) * options.databaseKills);
}

async function soak(options: Options, database: TestDatabase, server: OwnMariadb | null): Promise<Verdict> {
  const random = seededRandom();
  const siege = await Siege.begin({ database, processes: options.processes, clients: options.clients, random });
  try {
    const until = performance.now() + options.minutes * 60_000;
    let databaseKills = 0;
    let kills = 0;
    while (kills < options.kills && performance.now() < until) {
      await siege.progress(random.between(CALLS.from, CALLS.to), WAIT_MS);
      await siege.killGateway();
      kills += 1;
      if (server !== null && databaseKills < databaseKillsDue(kills, options)) {
        await siege.killDatabase(server);
        databaseKills += 1;
      }
      if (kills % TOLD_EVERY === 0) say(`${kills} gateways and ${databaseKills} databases killed, ${siege.answers} answers`);
    }
    const verdict = await siege.end();
    say(`killed: ${kills} gateways of ${options.processes} at once, ${databaseKills} databases`);
    return verdict;
  } finally {
    await siege.close();
  }
}

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  const server = options.sqlite ? null : await ownMariadb();
  if (server === null && !options.sqlite) throw new Error('mariadb-server is not installed; --sqlite does without');
  let database: TestDatabase | undefined;
  try {
    database = await freshDatabase(options.sqlite ? 'sqlite' : 'mysql', server?.url);
    const { answers, broken, found } = await soak(options, database, server);
    const { lost, doubled } = lostAndDoubled(found);
    say(`${answers} answers, ${broken} broken calls: ${lost} lost, ${doubled} doubled, ${found.length - lost - doubled} other findings`);
    for (const each of found.slice(0, SHOWN)) say(each);
    return found.length === 0 ? 0 : 1;
  } finally {
    await database?.drop();
    await server?.close();
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

void runCommand({ usage: USAGE, run: main });
