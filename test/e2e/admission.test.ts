/** Concurrency against one balance: what fits is admitted, everything else is refused, to the nano. */
import { eventually, gate } from '../support/eventually';
import { postChat } from '../support/forge-client';
import { type GatewayProcess, startGateway } from '../support/gateway-process';
import { type Bed, onEachDatabase } from '../support/on-each-database';
import { HI, secretOf } from '../support/shop-catalog';

const CONCURRENT = 200;
const FITS = 10;

/** Sends them all at once, keeps every answer back until each request is admitted or refused, and gives the statuses. */
async function rush(bed: Bed, gateways: readonly GatewayProcess[]): Promise<number[]> {
  const { opened, open } = gate();
  bed.a.script('only-ordinary', { gate: { before: 'head', opened } });
  const before = bed.a.requests.length;
  let refused = 0;
  const answers = Array.from({ length: CONCURRENT }, async (_, index) => {
    const { origin } = gateways[index % gateways.length]!;
    const response = await postChat(origin, secretOf('ten-chat'), { model: 'only-ordinary', messages: HI, max_tokens: 100 });
    const { error } = (await response.json()) as { error?: { code: string } };
    if (error?.code === 'insufficient_quota') refused += 1;
    return response.status;
  });
  await eventually(() => expect([bed.a.requests.length - before, refused]).toEqual([FITS, CONCURRENT - FITS]));
  open();
  return Promise.all(answers);
}

async function expectExactlyThoseThatFit(bed: Bed, gateways: readonly GatewayProcess[]): Promise<void> {
  const statuses = await rush(bed, gateways);
  expect(statuses.filter((status) => status === 200)).toHaveLength(FITS);
  expect(statuses.filter((status) => status === 429)).toHaveLength(CONCURRENT - FITS);
  const [wallet] = await bed.database.query("SELECT posted, held FROM wallet WHERE id = 'ten:RMB'");
  // Ten answers of one token in and three out.
  expect(wallet).toEqual({ posted: 4_180_000n - 10n * 13_000n, held: 0n });
  const receipts = await bed.database.query(
    "SELECT stop_reason, COUNT(*) AS n FROM receipt WHERE api_key_id = 'ten-chat' GROUP BY stop_reason ORDER BY 1",
  );
  expect(receipts).toEqual([
    { stop_reason: 'COMPLETED', n: BigInt(FITS) },
    { stop_reason: 'REFUSED', n: BigInt(CONCURRENT - FITS) },
  ]);
}

onEachDatabase(`${CONCURRENT} concurrent requests on a balance for ${FITS}`, (bed, promise) => {
  promise('admits exactly those that fit', () => expectExactlyThoseThatFit(bed, [bed.gateway]));
});

onEachDatabase(
  `${CONCURRENT} concurrent requests on a balance for ${FITS}, sent to two processes`,
  (bed, promise) => {
    promise(
      'admit exactly those that fit, together',
      async () => {
        const other = await startGateway(bed.gateway.settings);
        try {
          await expectExactlyThoseThatFit(bed, [bed.gateway, other]);
        } finally {
          expect((await other.stop()).code).toBe(0);
        }
      },
      600_000,
    );
  },
  ['mysql'],
);
