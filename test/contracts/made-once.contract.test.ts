/** What is remembered of things that were made with an idempotency key: for 30 days, and not for ever. */
import { onceOf } from '../../src/kernel/made-once';
import { noteMade, OldMade } from '../../src/storage/made-once';
import { SqlRedemptionStore } from '../../src/storage/redemption-store';
import { inTransaction } from '../../src/storage/sql/in-transaction';
import { eachDatabase, undoDownTo } from '../support/data-sources';

const DAY = 86_400_000;
const NOW = 1_790_000_000_000;
/** More than are forgotten at once, twice over. */
const MANY = 1_200;
const LOG = { info: () => undefined, warn: () => undefined, error: () => undefined };

eachDatabase('what was made with an idempotency key', (opened, promise) => {
  const once = (key: string) => onceOf(['test'], key, {}) ?? { key: '', contentHash: '' };
  const note = (keys: readonly string[], at: number) =>
    inTransaction(opened.dataSource, async (manager) => {
      for (const key of keys) await noteMade(manager, once(key), `made with ${key}`, at);
    });
  const known = async (key: string) => (await new SqlRedemptionStore(opened.dataSource).madeBefore(once(key).key))?.made;

  promise('is known for 30 days, and forgotten then, however much of it there is', async () => {
    const old = Array.from({ length: MANY }, (_, nth) => `old ${nth}`);
    await note(old, NOW - 30 * DAY - 1);
    await note(['recent'], NOW - 30 * DAY);
    const oldMade = new OldMade({
      dataSource: opened.dataSource,
      clock: { now: () => NOW, monotonic: () => 0, sleep: async () => undefined },
      log: LOG,
    });
    expect([await known('old 0'), await known('recent')]).toEqual(['made with old 0', 'made with recent']);
    await oldMade.look();
    const left: object[] = await opened.dataSource.query('SELECT made FROM made_once');
    expect(left).toEqual([{ made: 'made with recent' }]);
    await note(['old 0'], NOW);
    expect(await known('old 0')).toBe('made with old 0');
  });

  promise('is known for 30 days from when it is found, where an older build beside this one did not say when it was made', async () => {
    const undated = once('undated');
    const insert = 'INSERT INTO made_once (request_key, content_hash, made) VALUES (?, ?, ?)';
    await opened.dataSource.query(insert, [undated.key, undated.contentHash, 'made by an older build']);
    const lookAt = (now: number) => {
      const clock = { now: () => now, monotonic: () => 0, sleep: async () => undefined };
      return new OldMade({ dataSource: opened.dataSource, clock, log: LOG }).look();
    };
    for (const at of [NOW, NOW + 30 * DAY]) {
      await lookAt(at);
      expect(await known('undated')).toBe('made by an older build');
    }
    await lookAt(NOW + 30 * DAY + 1);
    expect(await known('undated')).toBeUndefined();
  });

  promise('is kept by a newer build as if it had been made when that build came', async () => {
    await undoDownTo(opened.dataSource, 'MadeOnceAge');
    await opened.dataSource.query("INSERT INTO made_once (request_key, content_hash, made) VALUES ('before', 'x', 'long ago')");
    const began = Date.now();
    await opened.dataSource.runMigrations();
    const [row]: { made_at: unknown }[] = await opened.dataSource.query("SELECT made_at FROM made_once WHERE request_key = 'before'");
    expect(Number(row?.made_at)).toBeGreaterThan(began - DAY);
    expect(Number(row?.made_at)).toBeLessThan(began + DAY);
  });
});
