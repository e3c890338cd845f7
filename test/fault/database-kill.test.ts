/** `kill -9` of MariaDB itself, and of gateways beside it, under load from two processes. `npm run test:soak` is the long form. */
import { freshDatabase, type TestDatabase } from '../support/databases';
import { eventually } from '../support/eventually';
import { type OwnMariadb, ownMariadb } from '../support/own-mariadb';
import { seededRandom } from '../support/seeded-random';
import { Siege } from './siege';

const DATABASE_KILLS = 4;
const GATEWAY_KILLS = 4;

describe(`${DATABASE_KILLS} kills of the database and ${GATEWAY_KILLS} of gateways, under load of two processes`, () => {
  let server: OwnMariadb | null = null;
  let database: TestDatabase | undefined;
  let siege: Siege | undefined;

  beforeAll(async () => {
    server = await ownMariadb();
  });

  afterAll(async () => {
    await siege?.close();
    await database?.drop();
    await server?.close();
  });

  it('lose nothing, double nothing, and leave books that say what upstreams and clients say', async () => {
    if (server === null) return;
    database = await freshDatabase('mysql', server.url);
    const random = seededRandom();
    siege = await Siege.begin({ database, processes: 2, clients: 8, random });
    for (let kill = 0; kill < DATABASE_KILLS; kill += 1) {
      await siege.progress(random.between(40, 150), 10_000);
      await siege.killDatabase(server);
      if (kill < GATEWAY_KILLS) await siege.killGateway();
    }
    const before = siege.answers;
    // They serve again after the last kill.
    await eventually(() => expect(siege?.answers).toBeGreaterThan(before + 50));
    expect((await siege.end()).found).toEqual([]);
  });
});
