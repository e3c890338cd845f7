/** What a change of the master key promises: everything that is sealed opens with the new one, or nothing was changed. */
import { ConfigurationError } from '../../src/kernel/configuration-error';
import { newId } from '../../src/kernel/ids';
import { newMasterKey, seal, unseal } from '../../src/kernel/secret';
import { resealAll, SEALED, webhooksOfAnotherKey } from '../../src/storage/reseal';
import { inTransaction } from '../../src/storage/sql/in-transaction';
import { eachDatabase } from '../support/data-sources';

const NOBODY = { warn: () => undefined };
const [OLD, NEW, OTHER] = [newMasterKey(), newMasterKey(), newMasterKey()];

eachDatabase('sealing anew', (opened, promise) => {
  const rowsOf = async (table: string, column: string) =>
    (await opened.dataSource.query(`SELECT id, ${column} AS sealed FROM ${table} WHERE ${column} IS NOT NULL ORDER BY id`)) as {
      id: string;
      sealed: string;
    }[];
  const opens = async (key: Buffer) => {
    const texts: string[] = [];
    for (const { table, column, contextOf } of SEALED) {
      for (const { id, sealed } of await rowsOf(table, column)) {
        try {
          texts.push(unseal(key, sealed, contextOf(id)));
        } catch {
          texts.push(`${table} does not open`);
        }
      }
    }
    return texts;
  };
  const answer = (id: string, key: Buffer, text: string) =>
    opened.dataSource.query('INSERT INTO stored_answer (id, sealed, expires_at) VALUES (?, ?, ?)', [
      id,
      seal(key, text, `answer:${id}`),
      1n,
    ]);
  /** The lot: a channel that is sold, one that is retired, webhooks with a former secret and without one, and more answers than fit on a page. */
  const fill = async () => {
    for (const id of ['sold', 'retired']) {
      const values = [id, seal(OLD, `secret of ${id}`, `channel:${id}`), id === 'sold' ? null : 1n];
      await opened.dataSource.query(
        `INSERT INTO channel (id, name, protocol, base_url, sealed_api_key, timeouts, on_client_gone, enabled, retired_at)
         VALUES (?, 'c', 'openai', 'https://c.example', ?, '{}', 'drain', 1, ?)`,
        values,
      );
    }
    for (const [id, former] of [
      ['hook', null],
      ['turned', seal(OLD, 'former secret', 'webhook:turned:former')],
    ] as const) {
      await opened.dataSource.query(
        "INSERT INTO webhook (id, account_id, url, created_at, secret_sealed, former_secret_sealed) VALUES (?, 'acme', 'https://h.example', 1, ?, ?)",
        [id, seal(OLD, 'secret of the hook', `webhook:${id}`), former],
      );
    }
    for (let nth = 0; nth < 250; nth += 1) await answer(`a-${String(nth).padStart(3, '0')}`, OLD, `answer ${nth}`);
  };

  promise('opens and seals every row once, whatever calls for it at the same time', async () => {
    await fill();
    const before = await opens(OLD);
    expect(before).toHaveLength(255);
    const changed = await Promise.all([1, 2, 3].map(() => resealAll(opened.dataSource, { previous: OLD, current: NEW }, NOBODY)));
    expect(changed.reduce((sum, each) => sum + each, 0)).toBe(255);
    expect(await opens(NEW)).toEqual(before);
    expect((await opens(OLD)).every((text) => text.endsWith('does not open'))).toBe(true);
    expect(await resealAll(opened.dataSource, { previous: OLD, current: NEW }, NOBODY)).toBe(0);
  });

  promise('leaves out what a process with the key before seals behind it: that is told by name, and the next time takes it', async () => {
    expect(await webhooksOfAnotherKey(opened.dataSource, NEW)).toEqual([]);
    await opened.dataSource.query('UPDATE webhook SET secret_sealed = ? WHERE id = ?', [seal(OLD, 'late', 'webhook:turned'), 'turned']);
    expect(await webhooksOfAnotherKey(opened.dataSource, NEW)).toEqual(['turned']);
    expect(await resealAll(opened.dataSource, { previous: OLD, current: NEW }, NOBODY)).toBe(1);
    expect(await webhooksOfAnotherKey(opened.dataSource, NEW)).toEqual([]);
  });

  promise('never puts back what another process has replaced meanwhile', async () => {
    for (const { table } of SEALED) await opened.dataSource.query(`DELETE FROM ${table}`);
    for (let nth = 0; nth < 200; nth += 1) await answer(`b-${String(nth).padStart(3, '0')}`, OLD, `answer ${nth}`);
    const newer = seal(OLD, 'a newer answer', 'answer:b-199');
    let replaced: Promise<unknown> | null = null;
    const replace = () =>
      inTransaction(opened.dataSource, (manager) =>
        manager.query("UPDATE stored_answer SET sealed = ? WHERE id = 'b-199'", [newer]).then(() => undefined),
      );
    const keys = {
      current: NEW,
      /** Asked for with the first row, when the last one has been read and not yet written. */
      get previous() {
        replaced ??= replace();
        return OLD;
      },
    };
    await resealAll(opened.dataSource, keys, NOBODY);
    await replaced;
    expect((await rowsOf('stored_answer', 'sealed')).at(-1)).toEqual({ id: 'b-199', sealed: newer });
    await opened.dataSource.query('DELETE FROM stored_answer');
  });

  promise('changes nothing when one row opens with neither key, and names it', async () => {
    const id = `z-${newId()}`;
    await answer(id, OTHER, 'of another installation');
    const before = await opens(NEW);
    const failed = resealAll(opened.dataSource, { previous: NEW, current: OLD }, NOBODY);
    await expect(failed).rejects.toThrow(ConfigurationError);
    await expect(failed).rejects.toMatchObject({ faults: [{ path: 'MASTER_KEY_PREVIOUS', problem: expect.stringContaining(id) }] });
    expect(await opens(NEW)).toEqual(before);
    await opened.dataSource.query('DELETE FROM stored_answer WHERE id = ?', [id]);
  });

  promise('forgets no column', async () => {
    const found: string[] = [];
    const tables = await opened.database.query(
      opened.database.kind === 'sqlite'
        ? "SELECT name FROM sqlite_master WHERE type = 'table'"
        : 'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()',
    );
    for (const { name } of tables) {
      const columns = await opened.database.query(
        opened.database.kind === 'sqlite'
          ? `SELECT name FROM pragma_table_info('${String(name)}')`
          : `SELECT column_name AS name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = '${String(name)}'`,
      );
      found.push(
        ...columns
          .map((column) => `${String(name)}.${String(column['name'])}`)
          .filter((column) => /\.(sealed(_(?!at$)|$)|.*_sealed$)/.test(column)),
      );
    }
    expect(found.sort()).toEqual(SEALED.map(({ table, column }) => `${table}.${column}`).sort());
  });
});
