import { fc } from '../../test/support/properties';
import { Interrupt } from '../kernel/interrupt';
import { nano } from '../kernel/money';
import { positionOfCursor, refuseOfOthers, spendCursor } from './spend-cursor';
import { cursorNow, type SpendEvent, tailSpend } from './spend-tail';
import type { LedgerEntry } from './wallet';
import type { HistoryStep, WalletHead, WalletHistory } from './wallet-history';

function entry(id: string, walletId: string, apiKeyId = 'k'): LedgerEntry {
  const amounts = { amount: nano(-1n), balanceBefore: nano(2n), balanceAfter: nano(1n) };
  const links = { apiKeyId, receiptId: id, runId: null, memo: null, createdAt: 0, cursor: id };
  return { id, walletId, bucket: 'RMB', batchId: 'b', kind: 'CHARGE', ...amounts, ...links };
}

/** Wallets in memory that grow by steps. */
class MemoryHistory implements WalletHistory {
  readonly steps = new Map<string, HistoryStep[]>();

  /** In seconds; `grow` counts it up. */
  time = 1_000;

  grow(walletId: string, ...ids: string[]): void {
    this.growAt(++this.time, walletId, ...ids);
  }

  growAt(second: number, walletId: string, ...ids: string[]): void {
    const steps = this.steps.get(walletId) ?? [];
    const atUs = BigInt(second) * 1_000_000n;
    steps.push({ walletId, seq: BigInt(steps.length + 1), atUs, entries: ids.map((id) => entry(id, walletId)), heldAfter: nano(0n) });
    this.steps.set(walletId, steps);
  }

  heads(accountId: string | null): Promise<ReadonlyMap<string, WalletHead>> {
    const mine = [...this.steps].filter(([walletId]) => accountId === null || walletId.startsWith(`${accountId}:`));
    return Promise.resolve(
      new Map(mine.map(([walletId, steps]) => [walletId, { seq: BigInt(steps.length), atUs: steps.at(-1)?.atUs ?? 0n }])),
    );
  }

  sequenceAt(walletId: string, until: bigint): Promise<bigint> {
    return Promise.resolve(BigInt((this.steps.get(walletId) ?? []).filter(({ atUs }) => atUs <= until).length));
  }

  after(walletId: string, seq: bigint, limit: number): Promise<readonly HistoryStep[]> {
    return Promise.resolve((this.steps.get(walletId) ?? []).slice(Number(seq), Number(seq) + limit));
  }
}

const START = Buffer.from('acme:RMB 0 0').toString('base64url');
const clock = { now: () => 10_000_000 };
const silentDoorbell = { rings: () => 0, next: () => new Promise<void>((resolve) => setImmediate(resolve)) };
const ALL = (_entry: LedgerEntry) => true;

async function take(history: WalletHistory, count: number, after: string | null = null, accountId: string | null = 'acme', wants = ALL) {
  const signal = new Interrupt<'enough'>();
  const selection = { accountId, wants, after: after === null ? null : positionOfCursor(after) };
  const events: SpendEvent[] = [];
  for await (const event of tailSpend({ history, doorbell: silentDoorbell, clock }, selection, signal)) {
    events.push(event);
    if (events.length === count) break;
  }
  return events;
}

/** Two wallets after some steps of some entries, and the cursor before all of them but the first. */
async function grown(growth: readonly (readonly [rmb: boolean, size: number])[]) {
  const history = new MemoryHistory();
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

const ids = (events: readonly SpendEvent[]) => events.map((event) => event.entry.id);

describe('a tail of spend', () => {
  it('without a cursor begins with what is committed from now on', async () => {
    const history = new MemoryHistory();
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
    const history = new MemoryHistory();
    history.grow('acme:RMB', 'x');
    history.grow('acme:RMB', 'y1', 'n', 'y2');
    const wanted = await take(history, 2, START, 'acme', ({ id }: LedgerEntry) => id.startsWith('y'));
    expect(ids(wanted)).toEqual(['y1', 'y2']);
    history.grow('acme:RMB', 'z');
    expect(ids(await take(history, 1, wanted[1]?.cursor))).toEqual(['z']);
  });

  it('follows a wallet that came later from its beginning, and never that of another account', async () => {
    const history = new MemoryHistory();
    history.grow('acme:RMB', 'a');
    const [{ cursor } = { cursor: '' }] = await take(history, 1, START);
    history.grow('other:RMB', 'theirs');
    history.grow('acme:CREDIT', 'b');
    expect(ids(await take(history, 1, cursor))).toEqual(['b']);
  });

  it.each(['acme:RMB 3 0', 'acme:RMB 2 1', 'acme:RMB 1 2', 'acme:CREDIT 1 0'])(
    'refuses the place %j, which this ledger has not come to: what is written until then would never be told',
    async (place) => {
      const history = new MemoryHistory();
      history.grow('acme:RMB', 'a');
      history.grow('acme:RMB', 'b', 'c');
      history.steps.set('acme:CREDIT', []);
      const after = Buffer.from(place).toString('base64url');
      await expect(take(history, 1, after)).rejects.toMatchObject({ code: 'invalid_request', detail: { param: 'after' } });
    },
  );

  it('waits for a reading of the wallets that knows the cursor, which another process gave out', async () => {
    const history = new MemoryHistory();
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
    const history = new MemoryHistory();
    for (let at = 0; at < 5_000; at += 1) history.steps.set(`account-${at}:CREDIT`, []);
    history.grow('acme:RMB', 'a');
    const cursor = await cursorNow({ history, clock }, null);
    expect(positionOfCursor(cursor).named).toEqual(new Map([['acme:RMB', { seq: 1n, seen: 0 }]]));
    const older = Buffer.from('acme:CREDIT 0 0\nacme:RMB 3 1').toString('base64url');
    expect(positionOfCursor(older).named.get('acme:RMB')).toEqual({ seq: 3n, seen: 1 });
  });

  describe('of more wallets than a message has room for', () => {
    const WALLETS = 1_500;
    const MESSAGE = 128 * 1024;
    /** Ids as long as they may be. */
    const wallet = (nth: number) => `account-${String(nth).padStart(66, '0')}:RMB`;

    function everyoneMoved(): MemoryHistory {
      const history = new MemoryHistory();
      for (let nth = 0; nth < WALLETS; nth += 1) history.grow(wallet(nth), `first-${nth}`);
      return history;
    }

    it('has cursors that a message carries back, behind each of which it goes on: nothing is lost and nothing comes twice', async () => {
      const history = everyoneMoved();
      const beginning = await cursorNow({ history, clock }, null);
      expect(beginning.length).toBeLessThan(MESSAGE);
      const told: string[] = [];
      for (let nth = 0; nth < 30; nth += 1) {
        // Of three wallets the last one to be committed has the earliest time; some move again, and some are new.
        const second = history.time + 3 - (nth % 3) * 2;
        if (nth % 3 === 2) history.time += 3;
        history.growAt(second, wallet(WALLETS - 50 + ((nth * 7) % 56)), `a-${nth}`, `b-${nth}`);
        told.push(`a-${nth}`, `b-${nth}`);
      }
      const all = await take(history, told.length, beginning, null);
      expect(ids(all).sort()).toEqual(told.sort());
      for (const seen of [1, 32, 59]) {
        expect(all[seen - 1]?.cursor.length).toBeLessThan(MESSAGE);
        const rest = await take(history, told.length - seen, all[seen - 1]?.cursor, null);
        expect(ids(rest)).toEqual(ids(all.slice(seen)));
      }
      expect(all.at(-1)?.cursor.length).toBeLessThan(MESSAGE);
    });

    it('follows a wallet on at the last cursor of many that came one by one', async () => {
      const history = everyoneMoved();
      let cursor = await cursorNow({ history, clock }, null);
      for (let nth = 0; nth < 8; nth += 1) {
        history.grow(wallet(100 + nth * 150), `a-${nth}`);
        history.grow(wallet(nth), `b-${nth}`);
        const [one, two] = await take(history, 2, cursor, null);
        expect([one?.entry.id, two?.entry.id].sort()).toEqual([`a-${nth}`, `b-${nth}`]);
        cursor = two?.cursor ?? '';
        expect(cursor.length).toBeLessThan(MESSAGE);
      }
    });

    it('refuses a cursor where an entry was committed later with a time before that of the cursor: it would never be told', async () => {
      const history = everyoneMoved();
      const cursor = await cursorNow({ history, clock }, null);
      history.growAt(1_500, wallet(0), 'late');
      await expect(take(history, 1, cursor, null)).rejects.toMatchObject({ code: 'invalid_request', detail: { param: 'after' } });
    });

    it('tells what was committed late, with a time before that of others that were told already', async () => {
      const history = everyoneMoved();
      const cursor = await cursorNow({ history, clock }, null);
      history.growAt(9_999, wallet(3), 'now');
      const [now] = await take(history, 1, cursor, null);
      history.growAt(9_991, wallet(4), 'late');
      expect(ids(await take(history, 1, now?.cursor, null))).toEqual(['late']);
    });
  });

  it('can begin where everything stands now, also before the first entry, and misses nothing that comes then', async () => {
    const history = new MemoryHistory();
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
