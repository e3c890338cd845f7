import { StillClock } from '../../test/support/still-clock';
import { Fault } from '../kernel/fault';
import type { LedgerStore } from '../ledger/ledger-store';
import { tellingTrouble } from './told-trouble';

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
