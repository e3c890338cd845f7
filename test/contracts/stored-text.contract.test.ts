/** What becomes of text on its way through a database: the same on each, so that what is read, and asked for again, is the same too. */
import { newId } from '../../src/kernel/ids';
import { inTransaction } from '../../src/storage/sql/in-transaction';
import { rowsOf } from '../../src/storage/sql/query';
import { eachDatabase } from '../support/data-sources';

eachDatabase('text', (opened, promise) => {
  const write = (id: string, name: string) =>
    inTransaction(opened.dataSource, (manager) =>
      manager.query('INSERT INTO account (id, name, created_at) VALUES (?, ?, ?)', [id, name, 1n]).then(() => undefined),
    );
  const named = async (name: string) =>
    (await rowsOf(opened.dataSource, 'SELECT id FROM account WHERE name = ?', [name])).map((row) => row['id']);
  const nameOf = async (id: string) => (await rowsOf(opened.dataSource, 'SELECT name FROM account WHERE id = ?', [id]))[0]?.['name'];

  for (const name of ['研究 😀', 'a\u0000b', '\u0000', "'; --", '\\', '\ufeffa', '\uffff', 'e\u0301']) {
    promise(`comes back as it was written, and is found by it: ${JSON.stringify(name)}`, async () => {
      const id = newId();
      await write(id, name);
      expect(await nameOf(id)).toBe(name);
      expect(await named(name)).toEqual([id]);
    });
  }

  for (const [at, name] of ['a\ud800b', '\udc00b', 'b\udbff'].entries()) {
    promise(`has the replacement character where half of a character was sent, and is found by either: ${at}`, async () => {
      const [id, whole] = [newId(), name.replace(/\p{Surrogate}/u, '\ufffd')];
      await write(id, name);
      expect(await nameOf(id)).toBe(whole);
      expect(await named(whole)).toEqual([id]);
      expect(await named(name)).toEqual([id]);
    });
  }
});
