import { GraphQLError } from 'graphql';
import { StillClock } from '../../test/support/still-clock';
import { Fault } from '../kernel/fault';
import type { Log } from '../kernel/log';
import type { LedgerStore } from '../ledger/ledger-store';
import { tellingTrouble, troubleOnceAMinute } from './told-trouble';

const BATCH = { id: 'batch', items: [] };

function refusing(error: Error) {
  const lines: string[] = [];
  const clock = new StillClock();
  const store: LedgerStore = { lanes: 'one', write: () => Promise.reject(error), checkpoint: async () => undefined };
  const log = { error: (facts: object, message: string) => lines.push(`${message}: ${String(Reflect.get(facts, 'err').cause?.message)}`) };
  return { lines, clock, told: tellingTrouble(store, log, clock) };
}

describe('trouble of the ledger', () => {
  const full = new Fault('temporarily_unavailable', 'The ledger cannot be written now.', { cause: new Error('disk is full') });

  it('is told with its reason, once a minute however many calls are refused, and thrown on', async () => {
    const { lines, clock, told } = refusing(full);
    for (const _ of ['one call', 'another']) await expect(told.write(BATCH)).rejects.toBe(full);
    const line = 'the ledger cannot be written: calls are refused as long as that lasts: disk is full';
    expect(lines).toEqual([line]);
    clock.time += 60_000;
    await expect(told.write(BATCH)).rejects.toBe(full);
    expect(lines).toEqual([line, line]);
  });

  it('is not what a single item was refused for', async () => {
    const { lines, told } = refusing(new Error('the row is too long'));
    await expect(told.write(BATCH)).rejects.toThrow('too long');
    expect(lines).toEqual([]);
  });
});

describe('a log that many write while the database is in trouble', () => {
  const trouble = new Fault('temporarily_unavailable', 'The database cannot answer now.');
  let lines: string[];
  let clock: StillClock;
  let log: Log;

  beforeEach(() => {
    lines = [];
    clock = new StillClock();
    const write = (fields: object, message: string) => void lines.push(`${message} ${Object.values(fields).at(-1)}`);
    log = troubleOnceAMinute({ info: write, warn: write, error: write }, clock);
  });

  it('has the first line of each kind, and another one a minute later', () => {
    for (const request of ['r-1', 'r-2']) log.error({ err: trouble, request }, 'a request broke');
    for (const rule of ['a-1', 'a-2']) log.warn({ err: trouble, rule }, 'a rule could not be looked at');
    expect(lines).toEqual(['a request broke r-1', 'a rule could not be looked at a-1']);
    clock.time += 60_000;
    log.error({ err: trouble, request: 'r-3' }, 'a request broke');
    expect(lines.at(-1)).toBe('a request broke r-3');
  });

  it('knows the trouble where the graph has wrapped it', () => {
    const wrapped = () => new GraphQLError(trouble.message, { originalError: trouble });
    for (const request of ['r-1', 'r-2']) log.error({ err: wrapped(), request }, 'a field of the graph broke');
    expect(lines).toEqual(['a field of the graph broke r-1']);
  });

  it('has every line of what broke otherwise, and of what is said once of each thing that was done', () => {
    for (const request of ['r-1', 'r-2']) log.error({ err: new Error('unheard of'), request }, 'a request broke');
    for (const entry of ['e-1', 'e-2']) log.error({ err: trouble, entry }, 'how a mutation ended could not be written down');
    for (const nth of [1, 2]) log.info({ nth }, 'sealed');
    expect(lines).toHaveLength(6);
  });
});
