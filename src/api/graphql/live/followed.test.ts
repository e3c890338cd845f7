import { Interrupt } from '../../../kernel/interrupt';
import { followedTail } from './followed';

describe('a tail that is followed', () => {
  it('is told to end as soon as nobody follows it, also while nothing happens', async () => {
    const woken = new Interrupt<'done'>();
    const ended: string[] = [];
    const events = followedTail(
      async function* (left) {
        yield 1;
        // Like a tail that waits for the ledger to grow: it cannot be returned from here.
        await new Promise<void>((resolve) => void woken.listen(() => resolve()));
        ended.push(String(left.reason));
      },
      (event: number) => event * 10,
    );
    expect(await events.next()).toEqual({ done: false, value: 10 });
    const waiting = events.next();
    expect(await events.return?.()).toEqual({ done: true, value: undefined });
    woken.happen('done');
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(ended).toEqual(['nobody follows']);
    expect(await events.next()).toEqual({ done: true, value: undefined });
  });
});
