/** Time that tests need not wait for: how long the others take to notice that a process is silent is shown where it is promised. */
import type { TestDatabase } from './databases';

/**
 * Makes those that were killed look silent for a minute already; what follows, the second look and the one declaration, takes its
 * time. Whoever lives beats again within a second. On SQLite the next start knows by itself.
 */
export async function silentForAMinute(database: TestDatabase): Promise<void> {
  if (database.kind !== 'mysql') return;
  await database.query("UPDATE gateway_process SET heartbeat_at = heartbeat_at - 60000 WHERE state = 'LIVE'");
}
