/** Usage over the graph, held against the receipts that the same caller can list: at once, later, and after `kill -9`. */
import { parseDecimal } from '../../src/kernel/money';
import { eventually } from '../support/eventually';
import { graph, graphAnswer, postChat } from '../support/forge-client';
import { OPERATOR_TOKEN, startGateway } from '../support/gateway-process';
import { silentForAMinute } from '../support/long-dead';
import { onEachDatabase } from '../support/on-each-database';
import { HI, secretOf, tokenOf } from '../support/shop-catalog';

interface Listed {
  readonly createdAt: string;
  readonly status: string;
  readonly requestedModel: string;
  readonly routeType: string;
  readonly bucket: string | null;
  readonly charge: string;
  readonly fallbackCount: number;
  readonly apiKey: { readonly id: string };
  readonly project: { readonly id: string } | null;
  readonly finalChannel: { readonly id: string } | null;
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number };
}

interface Point {
  readonly start: string;
  readonly group: string;
  readonly bucket: string;
  readonly requests: number;
  readonly failed: number;
  readonly fallbacks: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly charge: string;
}

const GROUPS: Record<string, (receipt: Listed) => string> = {
  MODEL: ({ requestedModel }) => requestedModel,
  API_KEY: ({ apiKey }) => apiKey.id,
  PROJECT: ({ project }) => project?.id ?? '',
  ROUTE_TYPE: ({ routeType }) => routeType,
  CHANNEL: ({ finalChannel }) => finalChannel?.id ?? '',
};
/** How much of an instant names its hour, day or month. */
const INTERVALS: Record<string, number> = { HOUR: 13, DAY: 10, MONTH: 7 };
const LIST = `query ($after: String) { receipts(first: 100, after: $after) { nodes { createdAt status requestedModel routeType bucket charge
  fallbackCount apiKey { id } project { id } finalChannel { id } usage { inputTokens outputTokens } } pageInfo { hasNextPage endCursor } } }`;
const USAGE = `query ($from: DateTime!, $to: DateTime!, $interval: UsageInterval!, $groupBy: UsageGroup!) {
  usage(from: $from, to: $to, interval: $interval, groupBy: $groupBy) {
    start group bucket requests failed fallbacks inputTokens outputTokens charge } }`;
const ALWAYS = { from: '2020-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' };

onEachDatabase('usage', (bed, promise) => {
  const call = async (keyId: string, model: string, origin = bed.gateway.origin) =>
    (await postChat(origin, secretOf(keyId), { model, messages: HI })).text();

  async function receiptsOf(token: string): Promise<Listed[]> {
    const listed: Listed[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const answer: { receipts: { nodes: Listed[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } } } = await graph(
        bed.gateway.origin,
        token,
        LIST,
        { after },
      );
      listed.push(...answer.receipts.nodes);
      after = answer.receipts.pageInfo.endCursor;
      more = answer.receipts.pageInfo.hasNextPage;
    }
    return listed.filter(({ bucket, status }) => bucket !== null && status !== 'IN_FLIGHT');
  }

  const usage = async (token: string, interval: string, groupBy: string, time = ALWAYS) =>
    (await graph<{ usage: Point[] }>(bed.gateway.origin, token, USAGE, { ...time, interval, groupBy })).usage;

  /** Every interval and group, told as the receipts add up. @returns how many receipts there are */
  async function expectAsReceipts(token: string): Promise<number> {
    const receipts = await receiptsOf(token);
    for (const [interval, shown] of Object.entries(INTERVALS)) {
      for (const [groupBy, groupOf] of Object.entries(GROUPS)) {
        const points = await usage(token, interval, groupBy);
        const told = points.map(({ start, charge, ...point }) => ({ ...point, start: start.slice(0, shown), nano: parseDecimal(charge) }));
        expect(told.sort(byName)).toEqual(summed(receipts, (receipt) => receipt.createdAt.slice(0, shown), groupOf).sort(byName));
      }
    }
    return receipts.length;
  }

  async function variousCalls(): Promise<void> {
    await Promise.all([call('chat', 'small'), call('official', 'small'), call('chat', 'only-ordinary'), call('globex-chat', 'small')]);
    bed.a.next({ status: 500 });
    await call('chat', 'small');
    bed.a.next({ status: 400 });
    await call('chat', 'only-ordinary');
    await Promise.all([call('poor-chat', 'small'), call('chat', 'no-such-model'), call('chat', 'free')]);
  }

  promise('is what the receipts add up to, at once, for a key, an account and the operator', async () => {
    await variousCalls();
    const seen = [];
    for (const token of [secretOf('chat'), tokenOf('acme'), tokenOf('globex'), OPERATOR_TOKEN]) seen.push(await expectAsReceipts(token));
    expect(seen).toEqual([5, 6, 1, 8]);
  });

  promise('stays so when the sums have taken up everything', async () => {
    await eventually(async () => {
      expect(await bed.database.query("SELECT id FROM ledger_batch WHERE usage_state = 'PENDING'")).toEqual([]);
    });
    expect(await bed.database.query('SELECT account_id FROM usage_rollup LIMIT 1')).toHaveLength(1);
    expect(await expectAsReceipts(OPERATOR_TOKEN)).toBe(8);
    await variousCalls();
    expect(await expectAsReceipts(OPERATOR_TOKEN)).toBe(16);
  });

  promise(
    'is exact after kill -9 in the middle of calls, and with another process beside it where there can be one',
    async () => {
      const beside = bed.kind === 'mysql' ? await startGateway(bed.gateway.settings) : null;
      for (let kill = 0; kill < 3; kill += 1) {
        const enough = bed.a.served.length + 12 + kill;
        const calls = Array.from({ length: 24 }, (_, nth) =>
          call('chat', 'small', nth % 2 === 0 ? beside?.origin : undefined).catch(() => 'gone'),
        );
        await bed.a.until(() => bed.a.served.length >= enough);
        await bed.gateway.kill();
        await silentForAMinute(bed.database);
        await Promise.all(calls);
        bed.gateway = await startGateway(bed.gateway.settings);
        await eventually(async () => {
          expect(await bed.database.query("SELECT id FROM hold WHERE state = 'OPEN'")).toEqual([]);
        });
        expect(await expectAsReceipts(tokenOf('acme'))).toBeGreaterThan(12);
      }
      expect((await beside?.stop())?.code ?? 0).toBe(0);
    },
    600_000,
  );

  promise('cuts a time exactly where it is asked to', async () => {
    const [first, second] = (await receiptsOf(tokenOf('acme'))).map(({ createdAt }) => createdAt).sort();
    const time = { from: first ?? '', to: new Date(Date.parse(second ?? '') + 1).toISOString() };
    const within = (await receiptsOf(tokenOf('acme'))).filter(({ createdAt }) => createdAt >= time.from && createdAt < time.to);
    const points = await usage(tokenOf('acme'), 'HOUR', 'API_KEY', time);
    expect(points.reduce((sum, { requests }) => sum + requests, 0)).toBe(within.length);
  });

  promise('says what is wrong with a time, and shows nobody anything without a token', async () => {
    const wrong = { from: ALWAYS.to, to: ALWAYS.from, interval: 'DAY', groupBy: 'MODEL' };
    const { errors } = await graphAnswer(bed.gateway.origin, tokenOf('acme'), USAGE, wrong);
    expect(errors?.[0]?.message).toBe('from must be before "to".');
    expect(await graphAnswer(bed.gateway.origin, null, USAGE, { ...wrong, ...ALWAYS })).toMatchObject({
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
  });
});

function summed(receipts: readonly Listed[], startOf: (receipt: Listed) => string, groupOf: (receipt: Listed) => string) {
  const points = new Map<string, ReturnType<typeof nothing>>();
  for (const receipt of receipts) {
    const [start, group, bucket] = [startOf(receipt), groupOf(receipt), receipt.bucket ?? ''];
    const point = points.get(`${start} ${bucket} ${group}`) ?? nothing(start, group, bucket);
    points.set(`${start} ${bucket} ${group}`, {
      ...point,
      requests: point.requests + 1,
      failed: point.failed + (receipt.status === 'FAILED' ? 1 : 0),
      fallbacks: point.fallbacks + receipt.fallbackCount,
      inputTokens: point.inputTokens + receipt.usage.inputTokens,
      outputTokens: point.outputTokens + receipt.usage.outputTokens,
      nano: point.nano + (parseDecimal(receipt.charge) ?? 0n),
    });
  }
  return [...points.values()];
}

function nothing(start: string, group: string, bucket: string) {
  return { start, group, bucket, requests: 0, failed: 0, fallbacks: 0, inputTokens: 0, outputTokens: 0, nano: 0n };
}

type Named = Pick<Point, 'start' | 'group' | 'bucket'>;

function byName(a: Named, b: Named): number {
  const [one, other] = [`${a.start} ${a.group} ${a.bucket}`, `${b.start} ${b.group} ${b.bucket}`];
  return one < other ? -1 : 1;
}
