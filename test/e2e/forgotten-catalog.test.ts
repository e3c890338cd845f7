/** The demo is what is served without CATALOG. Where a database was made with another catalog, that is hardly meant, and it is said. */
import { freshDatabase } from '../support/databases';
import { graph, postChat } from '../support/forge-client';
import { type GatewayProcess, OPERATOR_TOKEN, startGateway } from '../support/gateway-process';
import { onEachDatabase } from '../support/on-each-database';
import { HI, secretOf } from '../support/shop-catalog';

onEachDatabase('a start without CATALOG', (bed, promise) => {
  const restart = async (from: GatewayProcess, catalog?: object) => {
    await from.stop();
    return startGateway({ databaseUrl: from.settings.databaseUrl, ...(catalog !== undefined && { catalog }) });
  };
  const warnings = ({ stderr }: GatewayProcess) =>
    stderr
      .split('\n')
      .filter((line) => line.includes('CATALOG'))
      .map((line) => JSON.parse(line) as { accounts: string[]; channels: string[]; msg: string });

  promise(
    'on a database of another catalog warns once, by the names that are there, until it is started with one',
    async () => {
      bed.gateway = await restart(bed.gateway);
      const [said, ...more] = warnings(bed.gateway);
      expect(more).toEqual([]);
      expect(said).toMatchObject({ msg: expect.stringMatching(/^CATALOG is not set.*demo.*another catalog/) });
      expect(said?.accounts).toEqual(expect.arrayContaining(['acme', 'globex']));
      expect(said?.channels).toEqual(expect.arrayContaining(['cheap-a', 'cheap-b']));
      bed.gateway = await restart(bed.gateway);
      expect(warnings(bed.gateway)).toMatchObject([{ accounts: expect.arrayContaining(['acme']), channels: [] }]);
      bed.gateway = await restart(bed.gateway, bed.catalog);
      expect(warnings(bed.gateway)).toEqual([]);
      expect((await postChat(bed.gateway.origin, secretOf('chat'), { model: 'small', messages: HI })).status).toBe(200);
    },
    600_000,
  );

  promise(
    'warns of nothing where the demo was served from the beginning, whatever was made through the graph since',
    async () => {
      const database = await freshDatabase(bed.kind);
      let gateway = await startGateway({ databaseUrl: database.url });
      await graph(gateway.origin, OPERATOR_TOKEN, 'mutation { createAccount(id: "late", name: "Late") { account { id } } }');
      gateway = await restart(gateway);
      expect(warnings(gateway)).toEqual([]);
      await gateway.stop();
      await database.drop();
    },
    600_000,
  );
});
