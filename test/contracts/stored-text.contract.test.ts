/** What becomes of text on its way through a database: the same on each, so that what is read, and asked for again, is the same too. */
import { ALERT_METRICS, DELIVERY_MEANS, DELIVERY_STATES } from '../../src/alerts/alert';
import { AUDITED } from '../../src/api/graphql/audit/audited-states';
import { FAULT_RULES } from '../../src/kernel/fault-codes';
import { newId } from '../../src/kernel/ids';
import {
  ATTEMPT_STATUSES,
  BUCKETS,
  ENTRY_KINDS,
  HOLD_STATES,
  REQUEST_STATUSES,
  ROUTE_POLICIES,
  RUN_STATUSES,
  SPEND_WINDOWS,
  STOP_REASONS,
  USAGE_SOURCES,
} from '../../src/kernel/words';
import { PROTOCOLS } from '../../src/routing/catalog';
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

/** The words of the product by the columns that keep them. A longer one is taken by SQLite, and refused by MySQL with whatever it stands in. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  'alert_rule.metric': ALERT_METRICS,
  'alert_rule.bucket': BUCKETS,
  'alert_rule.spend_window': SPEND_WINDOWS,
  'alert.metric': ALERT_METRICS,
  'alert_delivery.means': DELIVERY_MEANS,
  'alert_delivery.state': DELIVERY_STATES,
  'api_key.route_policy': ROUTE_POLICIES,
  'attempt.protocol': PROTOCOLS,
  'attempt.status': ATTEMPT_STATUSES,
  'audit_log.action': Object.keys(AUDITED),
  'audit_log.fault_code': Object.keys(FAULT_RULES),
  'channel.protocol': PROTOCOLS,
  'hold.state': HOLD_STATES,
  'receipt.status': REQUEST_STATUSES,
  'receipt.stop_reason': STOP_REASONS,
  'receipt.usage_source': USAGE_SOURCES,
  'run.status': RUN_STATUSES,
  'transfer.kind': ENTRY_KINDS,
};

eachDatabase('the words of the product', (opened, promise) => {
  const widthsOf = async (): Promise<ReadonlyMap<string, number>> => {
    if (opened.database.kind === 'sqlite') return new Map(Object.keys(WORDS).map((column) => [column, Number.POSITIVE_INFINITY]));
    const sql = `SELECT CONCAT(table_name, '.', column_name) AS place, character_maximum_length AS width
      FROM information_schema.columns WHERE table_schema = DATABASE() AND character_maximum_length IS NOT NULL`;
    return new Map((await rowsOf(opened.dataSource, sql, [])).map(({ place, width }) => [String(place), Number(width)]));
  };

  promise('fit the columns that keep them', async () => {
    const widths = await widthsOf();
    expect(Object.keys(WORDS).filter((column) => !widths.has(column))).toEqual([]);
    const tooLong = Object.entries(WORDS).flatMap(([column, words]) => words.filter((word) => word.length > (widths.get(column) ?? 0)));
    expect(tooLong).toEqual([]);
  });
});
