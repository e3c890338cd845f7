import { ALL, clock, ids, MemoryWalletHistory, take } from '../../test/support/memory-wallet-history';
import { fc } from '../../test/support/properties';
import { Interrupt } from '../kernel/interrupt';
import { positionOfCursor, refuseOfOthers, spendCursor } from './spend-cursor';
import { cursorNow, tailSpend } from './spend-tail';
import type { LedgerEntry } from './wallet';

const START = Buffer.from('acme:RMB 0 0').toString('base64url');

/** Two wallets after some steps of some entries, and the cursor before all of them but the first. */
async function grown(growth: readonly (readonly [rmb: boolean, size: number])[]) {
  const history = new MemoryWalletHistory();
  history.grow('acme:RMB', 'first');
  const [first] = await take(history, 1, START);
  let count = 0;
  for (const [rmb, size] of growth) {
    const names = Array.from({ length: size }, (_, at) => `e${count + at}`);
    history.grow(rmb ? 'acme:RMB' : 'acme:CREDIT', ...names);
    count += size;
  }
  return { history, beginning: first?.cursor ?? '', count };
}

describe('a tail of spend', () => {
  it('without a cursor begins with what is committed from now on', async () => {
    const history = new MemoryWalletHistory();
    history.grow('acme:RMB', 'old');
    const taking = take(history, 2);
    await new Promise((resolve) => setImmediate(resolve));
    history.grow('acme:RMB', 'a', 'b');
    expect(ids(await taking)).toEqual(['a', 'b']);
  });

  it('goes on behind any cursor, in the midst of a step too: nothing is lost and nothing comes twice', async () => {
    const growths = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 4 })), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(growths, fc.nat(), async (growth, cut) => {
        const { history, beginning, count } = await grown(growth);
        const all = await take(history, count, beginning);
        const seen = cut % count;
        const rest = await take(history, count - seen, seen === 0 ? beginning : all[seen - 1]?.cursor);
        expect(new Set(ids(all)).size).toBe(count);
        expect(ids(all).slice(seen)).toEqual(ids(rest));
      }),
    );
  });

  it('tells only what is wanted, and its cursors cover the rest', async () => {
    const history = new MemoryWalletHistory();
    history.grow('acme:RMB', 'x');
    history.grow('acme:RMB', 'y1', 'n', 'y2');
    const wanted = await take(history, 2, START, 'acme', ({ id }: LedgerEntry) => id.startsWith('y'));
    expect(ids(wanted)).toEqual(['y1', 'y2']);
    history.grow('acme:RMB', 'z');
    expect(ids(await take(history, 1, wanted[1]?.cursor))).toEqual(['z']);
  });

  it('follows a wallet that came later from its beginning, and never that of another account', async () => {
    const history = new MemoryWalletHistory();
    history.grow('acme:RMB', 'a');
    const [{ cursor } = { cursor: '' }] = await take(history, 1, START);
    history.grow('other:RMB', 'theirs');
    history.grow('acme:CREDIT', 'b');
    expect(ids(await take(history, 1, cursor))).toEqual(['b']);
  });

  it.each(['acme:RMB 3 0', 'acme:RMB 2 1', 'acme:RMB 1 2', 'acme:CREDIT 1 0'])(
    'refuses the place %j, which this ledger has not come to: what is written until then would never be told',
    async (place) => {
      const history = new MemoryWalletHistory();
      history.grow('acme:RMB', 'a');
      history.grow('acme:RMB', 'b', 'c');
      history.steps.set('acme:CREDIT', []);
      const after = Buffer.from(place).toString('base64url');
      await expect(take(history, 1, after)).rejects.toMatchObject({ code: 'invalid_request', detail: { param: 'after' } });
    },
  );

  it('waits for a reading of the wallets that knows the cursor, which another process gave out', async () => {
    const history = new MemoryWalletHistory();
    history.grow('acme:RMB', 'a');
    const late = { rings: () => 0, next: async () => (history.steps.get('acme:RMB')?.length === 1 ? grow() : undefined) };
    const grow = () => {
      history.grow('acme:RMB', 'b');
      history.grow('acme:RMB', 'c');
    };
    const selection = { accountId: 'acme', wants: ALL, after: positionOfCursor(Buffer.from('acme:RMB 2 0').toString('base64url')) };
    const { value } = await tailSpend({ history, doorbell: late, clock }, selection, new Interrupt<'enough'>()).next();
    expect(value?.entry.id).toBe('c');
  });

  it('has cursors as long as the wallets that moved, and takes those that name the others as well', async () => {
    const history = new MemoryWalletHistory();
    for (let at = 0; at < 5_000; at += 1) history.steps.set(`account-${at}:CREDIT`, []);
    history.grow('acme:RMB', 'a');
    const cursor = await cursorNow({ history, clock }, null);
    expect(positionOfCursor(cursor).named).toEqual(new Map([['acme:RMB', { seq: 1n, seen: 0 }]]));
    const older = Buffer.from('acme:CREDIT 0 0\nacme:RMB 3 1').toString('base64url');
    expect(positionOfCursor(older).named.get('acme:RMB')).toEqual({ seq: 3n, seen: 1 });
  });

  it('can begin where everything stands now, also before the first entry, and misses nothing that comes then', async () => {
    const history = new MemoryWalletHistory();
    expect(positionOfCursor(await cursorNow({ history, clock }, 'acme')).named).toEqual(new Map());
    history.grow('acme:RMB', 'old');
    const after = await cursorNow({ history, clock }, 'acme');
    history.grow('acme:RMB', 'a');
    history.grow('acme:CREDIT', 'b');
    expect(ids(await take(history, 2, after)).sort()).toEqual(['a', 'b']);
    const beginning = spendCursor({ named: new Map([['acme:RMB', { seq: 0n, seen: 0 }]]), rest: null });
    expect(() => refuseOfOthers(positionOfCursor(beginning), 'acme')).not.toThrow();
    for (const others of ['', spendCursor({ named: new Map([['acme-2:RMB', { seq: 0n, seen: 0 }]]), rest: null })])
      expect(() => refuseOfOthers(positionOfCursor(others), 'acme')).toThrow(expect.objectContaining({ code: 'invalid_request' }));
  });

  it('has cursors that are refused where a part of them is missing: the part would tell a wallet from its beginning again', () => {
    const position = ['acme:CREDIT', 'acme:RMB'].map((walletId) => [walletId, { seq: 120n, seen: 12 }] as const);
    const cursor = spendCursor({ named: new Map(position), rest: { atUs: 5_000n, steps: 700n } });
    const parts = Array.from({ length: cursor.length - 1 }, (_, at) => [cursor.slice(0, at + 1), cursor.slice(at + 1)]).flat();
    const taken = parts.filter((part) => {
      try {
        return positionOfCursor(part).named.size > 0;
      } catch {
        return false;
      }
    });
    expect(taken).toEqual([]);
  });

  it.each([
    'x',
    'YWNtZTpSTUIgMSAw=',
    Buffer.from('acme:RMB -1 0').toString('base64url'),
    Buffer.from('acme:RMB 1 0 ').toString('base64url'),
  ])('refuses %j, which is no cursor', (text) => {
    expect(() => positionOfCursor(text)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
  });
});
