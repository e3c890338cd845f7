import { clock, ids, MemoryWalletHistory, take } from '../../test/support/memory-wallet-history';
import { cursorNow } from './spend-tail';

const WALLETS = 1_500;
const MESSAGE = 128 * 1024;
/** Ids as long as they may be. */
const wallet = (nth: number) => `account-${String(nth).padStart(66, '0')}:RMB`;

function everyoneMoved(): MemoryWalletHistory {
  const history = new MemoryWalletHistory();
  for (let nth = 0; nth < WALLETS; nth += 1) history.grow(wallet(nth), `first-${nth}`);
  return history;
}

describe('a place among more wallets than a message has room for', () => {
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
