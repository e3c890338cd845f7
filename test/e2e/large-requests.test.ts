/** Large bodies are kept in memory until their calls have ended: those that find no room are refused, and nobody else notices. */
import { eventually, gate } from '../support/eventually';
import { postChat } from '../support/forge-client';
import { startGateway } from '../support/gateway-process';
import { onEachDatabase } from '../support/on-each-database';
import { HI, secretOf } from '../support/shop-catalog';

/** An eighth of the heap has room for a few of them, and not for all. */
const LITTLE_MEMORY = ['--max-old-space-size=192', '--max-semi-space-size=1'];
const LARGE = [{ role: 'user', content: 'x'.repeat(6_000_000) }];
const CONCURRENT = 8;

onEachDatabase(
  `${CONCURRENT} large requests at once, in little memory`,
  (bed, promise) => {
    promise('are served as far as there is room, and the rest is told to come again, while small ones pass', async () => {
      await bed.gateway.stop();
      bed.gateway = await startGateway({ ...bed.gateway.settings, nodeArguments: LITTLE_MEMORY });
      const { origin } = bed.gateway;
      const { opened, open } = gate();
      const key = secretOf('ten-chat');
      bed.a.script('free', { gate: { before: 'head', opened } });
      const refused: Response[] = [];
      const sent = Array.from({ length: CONCURRENT }, async () => {
        const response = await postChat(origin, key, { model: 'free', messages: LARGE, max_tokens: 100 });
        if (response.status === 503) refused.push(response);
        return response.status;
      });
      await eventually(() => expect(bed.a.requests.length + refused.length).toBe(CONCURRENT), 20_000);
      expect([refused.length, bed.a.requests.length].every((each) => each > 0)).toBe(true);
      const [one] = refused;
      expect([one?.headers.get('x-should-retry'), one?.headers.get('retry-after')]).toEqual(['true', '1']);
      const small = postChat(origin, key, { model: 'free', messages: HI, max_tokens: 100 });
      await eventually(() => expect(bed.a.requests.length + refused.length).toBe(CONCURRENT + 1));
      open();
      expect((await small).status).toBe(200);
      const served = (await Promise.all(sent)).filter((status) => status === 200);
      expect(served).toHaveLength(CONCURRENT - refused.length);
      // What has ended has left its room.
      for (const _ of served) {
        const response = await postChat(origin, key, { model: 'free', messages: LARGE, max_tokens: 100 });
        expect({ status: response.status, body: await response.text() }).toMatchObject({ status: 200 });
      }
    });
  },
  ['sqlite'],
);
