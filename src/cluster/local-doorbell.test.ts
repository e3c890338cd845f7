import { LocalDoorbell } from './local-doorbell';

const RMB = new Set(['acme:RMB']);

describe('a doorbell', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('wakes those who wait for the wallet, and nobody else', async () => {
    const bell = new LocalDoorbell();
    const woken: string[] = [];
    const wait = (name: string, wallet: string) => bell.next(new Set([wallet]), bell.rings(), 1_000).then(() => woken.push(name));
    const all = [wait('a', 'acme:RMB'), wait('b', 'acme:RMB'), wait('c', 'other:RMB')];
    bell.ring(['acme:RMB']);
    await jest.advanceTimersByTimeAsync(0);
    expect(woken).toEqual(['a', 'b']);
    await jest.advanceTimersByTimeAsync(1_000);
    await Promise.all(all);
    expect(woken).toEqual(['a', 'b', 'c']);
  });

  it('is heard also by who looked before it rang and waits only now', async () => {
    const bell = new LocalDoorbell();
    const rings = bell.rings();
    bell.ring(['acme:RMB']);
    await bell.next(RMB, rings, 1_000_000);
  });

  it('leaves no timer behind', async () => {
    const bell = new LocalDoorbell();
    const waiting = bell.next(RMB, bell.rings(), 1_000);
    bell.ring(['acme:RMB']);
    await waiting;
    expect(jest.getTimerCount()).toBe(0);
  });
});
