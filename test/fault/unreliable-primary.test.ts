/**
 * A primary that fails half of its calls: nobody notices but the receipts. `CALLS=10000` is the long form; the throughput
 * against a run without faults is printed, because what a machine gives at a moment is no promise.
 */

import { eventually } from '../support/eventually';
import { graph, postChat } from '../support/forge-client';
import { OPERATOR_TOKEN, startGateway } from '../support/gateway-process';
import { type Bed, onEachDatabase } from '../support/on-each-database';
import { seededRandom } from '../support/seeded-random';
import { HI, secretOf } from '../support/shop-catalog';

const CALLS = Number(process.env['CALLS'] ?? 2_000);
const CLIENTS = 24;
/** What was well just before keeps a breaker closed for some seconds: the trouble goes on until it has opened for a while. */
const ROUNDS_MAX = 12;
const PROBED = /a probe failed with HTTP 503/;
const [UPSTREAM_MODEL, OUTAGE] = ['small-2025', { status: 503 }];
/** Of "hi" and its answer, in nano: on the primary, and on the backup. */
const [AT_PRIMARY, AT_BACKUP] = [13_000n, 26_000n];

interface Ran {
  /** Everything that is not an answer. */
  readonly odd: readonly string[];
  readonly perSecond: number;
}

async function callOften(origin: string, calls: number): Promise<Ran> {
  const odd: string[] = [];
  let left = calls;
  const began = performance.now();
  const client = async () => {
    while (left > 0) {
      left -= 1;
      const response = await postChat(origin, secretOf('chat'), { model: 'small', messages: HI, max_tokens: 20 });
      const text = await response.text();
      if (response.status !== 200 || !text.includes('You said: hi')) odd.push(`${response.status} ${text.slice(0, 200)}`);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return { odd, perSecond: (calls / (performance.now() - began)) * 1_000 };
}

interface ChannelJson {
  readonly id: string;
  readonly health: string;
  readonly healthReason: string | null;
  readonly openUntil: string | null;
}

async function primaryIn({ gateway }: Bed): Promise<ChannelJson> {
  const query = '{ channels { id health healthReason openUntil } }';
  const { channels } = await graph<{ channels: ChannelJson[] }>(gateway.origin, OPERATOR_TOKEN, query);
  const found = channels.find(({ id }) => id === 'cheap-a');
  if (found === undefined) throw new Error('the catalog has a primary');
  return found;
}

async function countOf({ database }: Bed, what: string): Promise<number> {
  return Number((await database.query(`SELECT COUNT(*) AS n FROM ${what}`))[0]?.['n']);
}

onEachDatabase(
  'a primary that fails half of its calls',
  (bed, promise) => {
    const random = seededRandom();
    let faultyCalls = 0;
    /** How soon is up to the pace of the machine and to chance. */
    const hasShown = async () => (await skippedNow()) >= skippedLeast() && PROBED.test(bed.gateway.stderr);
    /** Without a breaker half of the calls fail there: with so many less nobody takes chance for it. */
    const skippedLeast = () => Math.max(CALLS, faultyCalls) / 10;
    const skippedNow = () => countOf(bed, "attempt WHERE channel_id = 'cheap-a' AND status = 'SKIPPED' AND error_code = 'breaker_open'");

    promise(
      'is noticed by no client, while a backup is healthy',
      async () => {
        await bed.gateway.stop();
        const channels = bed.catalog.channels.map((channel) =>
          channel.id === 'cheap-a' ? { ...channel, breaker: { openMs: 100 } } : channel,
        );
        bed.gateway = await startGateway({ ...bed.gateway.settings, catalog: { ...bed.catalog, channels } });
        await callOften(bed.gateway.origin, CLIENTS);
        const faultless = await callOften(bed.gateway.origin, CALLS);
        expect(faultless.odd).toEqual([]);
        bed.a.script(UPSTREAM_MODEL, () => (random.chance(0.5) ? OUTAGE : {}));
        for (let round = 0; round < ROUNDS_MAX && !(await hasShown()); round += 1) {
          const faulty = await callOften(bed.gateway.origin, CALLS);
          faultyCalls += CALLS;
          expect(faulty.odd).toEqual([]);
          const ratio = (faulty.perSecond / faultless.perSecond).toFixed(2);
          console.info(
            `${CALLS} calls: ${Math.round(faultless.perSecond)}/s without faults, ${Math.round(faulty.perSecond)}/s with, ${ratio} of it`,
          );
        }
      },
      1_800_000,
    );

    promise('is passed over while its breaker is open, and tried again by itself', async () => {
      const failed = await countOf(bed, "attempt WHERE channel_id = 'cheap-a' AND status = 'FAILED'");
      const skipped = await skippedNow();
      const answered = await countOf(bed, "attempt WHERE channel_id = 'cheap-a' AND status = 'SUCCEEDED'");
      expect(failed + skipped + answered).toBe(faultyCalls + CALLS + CLIENTS);
      expect(skipped).toBeGreaterThanOrEqual(skippedLeast());
      // Without a breaker half of the calls would have failed there.
      expect(failed).toBeLessThan(faultyCalls / 2);
      expect(bed.gateway.stderr).toMatch(/(\d+ of \d+ calls within 10 s failed|\d+ calls in a row failed), the last one with HTTP 503/);
      expect(bed.gateway.stderr).toMatch(PROBED);
    });

    promise(
      'is used again, and healthy in the graph, once it answers',
      async () => {
        bed.a.script(UPSTREAM_MODEL, OUTAGE);
        await eventually(async () => {
          await callOften(bed.gateway.origin, 1);
          expect(await primaryIn(bed)).toMatchObject({
            health: 'OPEN',
            openUntil: expect.any(String),
            healthReason: expect.stringContaining(UPSTREAM_MODEL),
          });
        });
        bed.a.script(UPSTREAM_MODEL, {});
        await eventually(async () => {
          await callOften(bed.gateway.origin, 1);
          expect(await primaryIn(bed)).toMatchObject({ health: 'HEALTHY', openUntil: null, healthReason: null });
        });
        const before = bed.b.totals('small').requests;
        expect((await callOften(bed.gateway.origin, 20)).odd).toEqual([]);
        expect(bed.b.totals('small').requests).toBe(before);
      },
      600_000,
    );

    promise('costs what was served, where it was served', async () => {
      const [row] = await bed.database.query('SELECT SUM(charge) AS charged FROM receipt');
      const served = [bed.a.totals(UPSTREAM_MODEL).completed, bed.b.totals('small').completed].map(BigInt) as [bigint, bigint];
      expect(BigInt(String(row?.['charged']))).toBe(served[0] * AT_PRIMARY + served[1] * AT_BACKUP);
      const [moved] = await bed.database.query(
        "SELECT COUNT(*) AS n FROM receipt WHERE final_channel_id = 'cheap-b' AND fallback_count <> 1",
      );
      expect(moved?.['n']).toBe(0n);
    });
  },
  ['sqlite'],
);
