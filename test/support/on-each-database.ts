/** Runs a suite on every kind of database that this machine serves: a fresh one, scripted upstreams, and a gateway in front. */
import { audit } from './audit';
import { type DatabaseKind, freshDatabase, isServed, type Promised, type TestDatabase, whereServed } from './databases';
import { type GatewayProcess, startGateway } from './gateway-process';
import { type ScriptedUpstream, startScriptedUpstream } from './scripted-upstream';
import { shopCatalog } from './shop-catalog';

export interface Bed {
  readonly kind: DatabaseKind;
  readonly database: TestDatabase;
  /** Behind `cheap-a` and its like; the primary of every ordinary route. */
  readonly a: ScriptedUpstream;
  /** Behind `cheap-b`. */
  readonly b: ScriptedUpstream;
  /** Behind `official`. */
  readonly official: ScriptedUpstream;
  /** The gateway that serves now; a test may put another in its place. */
  gateway: GatewayProcess;
  readonly catalog: ReturnType<typeof shopCatalog>;
}

/**
 * Calls `suite` for each kind of database. The bed stands from the first `promise` on; after the last one the gateway is
 * stopped, must leave with 0, and the books must be in order.
 */
export function onEachDatabase(
  title: string,
  suite: (bed: Bed, promise: Promised) => void,
  kinds: readonly DatabaseKind[] = ['sqlite', 'mysql'],
): void {
  describe.each<DatabaseKind>([...kinds])(`${title}, on %s`, (kind) => {
    const bed = { kind } as Bed;
    let served = false;
    let ready = false;

    beforeAll(async () => {
      served = await isServed(kind);
      if (!served) return;
      const [a, b, official] = await Promise.all([startScriptedUpstream(), startScriptedUpstream(), startScriptedUpstream()]);
      Object.assign(bed, { a, b, official, catalog: shopCatalog({ a, b, official }), database: await freshDatabase(kind) });
      bed.gateway = await startGateway({ databaseUrl: bed.database.url, catalog: bed.catalog });
      ready = true;
    });

    afterAll(async () => {
      if (ready) await leaveInOrder(bed);
      await Promise.all([bed.a?.close(), bed.b?.close(), bed.official?.close(), bed.database?.drop()]);
    });

    suite(
      bed,
      whereServed(() => served),
    );
  });
}

/**
 * The same for suites of what goes over the wire, of which neither storage nor money is the subject: on the embedded database, and with
 * `EVERY_DATABASE=1` on each.
 */
export function onOneDatabase(title: string, suite: (bed: Bed, promise: Promised) => void): void {
  if (process.env['EVERY_DATABASE'] === undefined) onEachDatabase(title, suite, ['sqlite']);
  else onEachDatabase(title, suite);
}

async function leaveInOrder({ gateway, database }: Bed): Promise<void> {
  const { code, stderr } = await gateway.stop();
  expect({ code, broken: await audit(database), stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, broken: [], stderr: '' });
}
