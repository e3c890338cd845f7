import { StillClock } from '../../../../test/support/still-clock';
import { SqliteHealth } from './sqlite-health';

function database() {
  const asked = { times: 0, isFull: false };
  const prove = async () => {
    asked.times += 1;
    if (asked.isFull) throw new Error('database or disk is full');
  };
  const clock = new StillClock();
  return { asked, clock, health: new SqliteHealth(prove, clock) };
}

describe('the health of an embedded ledger', () => {
  it('is proven once a second, however often it is asked for', async () => {
    const { asked, clock, health } = database();
    for (const _ of ['once', 'twice']) expect(await health.isGood()).toBe(true);
    expect(asked.times).toBe(1);
    clock.time += 1_000;
    expect(await health.isGood()).toBe(true);
    expect(asked.times).toBe(2);
  });

  it('is proven anew as soon as a batch met trouble', async () => {
    const { asked, health } = database();
    expect(await health.isGood()).toBe(true);
    asked.isFull = true;
    health.doubt();
    expect(await health.isGood()).toBe(false);
  });

  it('is good again as soon as it can be proven', async () => {
    const { asked, health } = database();
    asked.isFull = true;
    expect(await health.isGood()).toBe(false);
    asked.isFull = false;
    expect(await health.isGood()).toBe(true);
  });
});
