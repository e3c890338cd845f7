/** What the rules of alerts are told of requests, whatever database stands behind it. */
import type { AlertRule } from '../../src/alerts/alert';
import { evaluateRule, traceOf } from '../../src/alerts/evaluate';
import { whose } from '../../src/alerts/named';
import { STOP_RULES } from '../../src/gateway/ending/stop-reasons';
import { newId } from '../../src/kernel/ids';
import { HOUR_MS } from '../../src/kernel/times';
import { BUCKETS, type Bucket, type StopReason } from '../../src/kernel/words';
import type { EndRequest } from '../../src/ledger/ledger-store';
import type { ReceiptRecord, RequestFacts } from '../../src/ledger/receipt';
import { FAILURES } from '../../src/ledger/usage-report';
import { SqlUsageReports } from '../../src/storage/usage/usage-reports';
import type { DatabaseKind } from '../support/databases';
import { ledgerBed } from '../support/ledger-bed';
import { end, place, refusal, requestFacts, routeFacts } from '../support/ledger-items';
import { NAMELESS } from '../support/nameless';

const HALF = 500_000_000n;

describe.each<DatabaseKind>(['sqlite', 'mysql'])('the share of an alert rule on %s', (kind) => {
  const bed = ledgerBed(kind);
  const { promise, write } = bed;

  async function ended(account: string, facts: Partial<RequestFacts>, over: Partial<ReceiptRecord>): Promise<RequestFacts> {
    const hold = { ...place(account, 1n), request: requestFacts(account, facts), route: routeFacts('RMB') };
    const item = end(hold, 1n);
    await write(hold);
    await write({ ...item, receipt: { ...item.receipt, ...over } });
    return hold.request;
  }

  const look = async (selection: Pick<AlertRule, 'accountId' | 'metric'> & Partial<AlertRule>, now: number) => {
    const rule: AlertRule = {
      ...{ id: newId(), name: 'Mine', bucket: null, apiKeyId: null, projectId: null, routeType: null, window: null, episode: null },
      ...{ model: null, slowerThanMs: null, threshold: HALF, minimumRequests: 1, emails: [], enabled: true, createdAt: 0 },
      ...selection,
    };
    const evaluation = await evaluateRule({ reader: bed.open.reader, usage: new SqlUsageReports(bed.open.dataSource) }, rule, now);
    const message = evaluation.message(await whose(NAMELESS, rule));
    return { ...evaluation, message, trace: await traceOf(bed.open, rule, evaluation) };
  };

  promise('counts each request once, however often it moved, and those that are asked for alone', async () => {
    const account = await bed.accountWith(100n, 'RMB');
    const projectId = `${account}-bots`;
    const { createdAt } = await ended(account, {}, { fallbackCount: 3 });
    for (const over of [{}, endOf('UPSTREAM_ERROR'), {}]) await ended(account, { createdAt }, over);
    await ended(account, { createdAt, projectId }, { fallbackCount: 2 });
    await ended(account, { createdAt: createdAt - HOUR_MS - 1 }, { fallbackCount: 1, ...endOf('UPSTREAM_ERROR') });
    const moved = { accountId: account, metric: 'FALLBACK_RATE' } as const;
    expect(await look(moved, createdAt)).toMatchObject({
      value: 400_000_000n,
      message: expect.stringMatching(/^40 % of 5 requests needed a backup/),
    });
    expect(await look({ ...moved, projectId }, createdAt)).toMatchObject({ value: 1_000_000_000n });
    expect(await look({ ...moved, routeType: 'OFFICIAL' }, createdAt)).toMatchObject({ value: 0n });
    expect(await look({ ...moved, apiKeyId: `${account}-key` }, createdAt)).toMatchObject({ value: 400_000_000n });
    expect(await look({ ...moved, metric: 'FAILURE_RATE' }, createdAt)).toMatchObject({ value: 200_000_000n });
  });

  promise('counts requests that a channel was asked for again, or that took longer than was allowed, of one model alone', async () => {
    const account = await bed.accountWith(100n, 'RMB');
    const slow = { metric: 'SLOW_RATE', slowerThanMs: 2_000, accountId: account } as const;
    const retried = { metric: 'RETRY_RATE', accountId: account } as const;
    const { createdAt } = await ended(account, { requestedModel: 'small' }, { latencyMs: 2_000 });
    const late = await ended(account, { createdAt, requestedModel: 'small' }, { latencyMs: 2_001, retryCount: 2 });
    await ended(account, { createdAt, requestedModel: 'small' }, { latencyMs: null });
    await ended(account, { createdAt, requestedModel: 'large' }, { latencyMs: 9_000 });
    const trace = { receiptId: late.requestId, ledgerEntryId: null };
    expect(await look(slow, createdAt)).toMatchObject({ message: expect.stringMatching(/^50 % of 4 requests took longer than 2000 ms/) });
    expect(await look({ ...slow, model: 'small' }, createdAt)).toMatchObject({
      message: expect.stringMatching(/^33\.33 % of 3 requests for the model small took longer/),
      trace,
    });
    expect(await look(retried, createdAt)).toMatchObject({ message: expect.stringMatching(/^25 % of 4 requests were tried again/), trace });
    expect(await look({ ...retried, model: 'large' }, createdAt)).toMatchObject({ value: 0n, trace: { receiptId: null } });
  });

  promise('counts as a failure what the channels or the gateway failed in, and nothing that its sender can mend', async () => {
    const account = await bed.accountWith(100n, 'RMB');
    const { createdAt } = await ended(account, {}, {});
    const answered: StopReason[] = ['REJECTED', 'BUDGET', 'CLIENT_GONE'];
    for (const reason of [...FAILURES, ...answered]) await ended(account, { createdAt }, endOf(reason));
    const share = { accountId: account, metric: 'FAILURE_RATE' } as const;
    expect(await look(share, createdAt)).toMatchObject({ message: expect.stringMatching(/^55\.55 % of 9 requests failed/) });
    // A client that is refused and tries again and again hides no outage, and makes none.
    await write(...Array.from({ length: 30 }, () => refusalAt(account, createdAt)));
    expect(await look(share, createdAt)).toMatchObject({ message: expect.stringMatching(/^55\.55 % of 9 requests failed/) });
    expect(await look({ ...share, metric: 'FALLBACK_RATE' }, createdAt)).toMatchObject({ message: expect.stringMatching(/^0 % of 9 /) });
  });

  promise('counts as a failure that the provider has no such model: its name is none that a sender chose', async () => {
    const account = await bed.accountWith(100n, 'RMB');
    const { createdAt } = await ended(account, {}, endOf('REJECTED'));
    const lost = await ended(account, { createdAt }, { ...endOf('REJECTED'), errorCode: 'upstream_lacks_model' });
    expect(await look({ accountId: account, metric: 'FAILURE_RATE' }, createdAt)).toMatchObject({
      message: expect.stringMatching(/^50 % of 2 requests failed/),
      trace: { receiptId: lost.requestId },
    });
  });

  promise('names the newest receipt that was counted, however many others failed after it', async () => {
    const account = await bed.accountWith(200n, 'RMB');
    const { createdAt, requestId } = await ended(account, {}, { ...endOf('GATEWAY_CRASH'), fallbackCount: 1 });
    await ended(account, { createdAt }, endOf('REJECTED'));
    await write(...Array.from({ length: 101 }, () => refusalAt(account, createdAt)));
    const trace = { receiptId: requestId, ledgerEntryId: null };
    expect(await look({ accountId: account, metric: 'FAILURE_RATE' }, createdAt)).toMatchObject({ trace });
    expect(await look({ accountId: account, metric: 'FALLBACK_RATE' }, createdAt)).toMatchObject({ trace });
  });

  promise('is the same however many receipts are read at once, also where many were received in the same millisecond', async () => {
    const account = await bed.accountWith(100n, 'RMB');
    const { createdAt } = await ended(account, {}, {});
    const lost = [];
    for (const before of [0, 0, 0, 5, 5, 9, 9, 9, 9, 9, 9, 20]) {
      lost.push(await ended(account, { createdAt: createdAt - before }, before % 2 === 0 ? endOf('NO_CHANNEL') : {}));
    }
    const scope = { accountId: account };
    const asked = { scope, projectId: null, routeType: null, model: null, from: createdAt - 60_000, to: createdAt + 1 };
    const newest = lost.map(({ requestId }) => requestId).reduce((one, other) => (other > one ? other : one));
    for (const atOnce of [1, 2, 3, 5, 13, 2_000]) {
      const reports = new SqlUsageReports(bed.open.dataSource, { receipts: atOnce });
      const outcomes = await reports.outcomes({ ...asked, outcome: { kind: 'FAILED' } });
      expect(outcomes).toEqual({ requests: 13, counted: 4, last: newest });
    }
  });

  promise('of a busy hour is read in slices, none of which has more receipts than may keep others waiting', async () => {
    const account = await bed.accountWith(100n, 'RMB');
    const { createdAt } = await ended(account, {}, {});
    for (let nth = 1; nth < 10; nth += 1) await ended(account, { createdAt: createdAt - nth }, {});
    const reports = new SqlUsageReports(bed.open.dataSource, { receipts: 4 });
    const asked = {
      scope: { accountId: account },
      projectId: null,
      routeType: null,
      model: null,
      from: createdAt - 60_000,
      to: createdAt + 1,
    };
    const made = await bed.open.statementsOf(() => reports.outcomes({ ...asked, outcome: { kind: 'FAILED' } }));
    const slices = made.filter(({ sql }) => sql.includes('COUNT(*) AS requests')).map(({ values }) => values.slice(-2));
    const bounds = [asked.from, createdAt - 5, createdAt - 1, asked.to].map(BigInt);
    expect(slices).toEqual([bounds.slice(0, 2), bounds.slice(1, 3), bounds.slice(2, 4)]);
  });

  promise('of a spend adds up any history: more projects and months than an answer of usage has points', async () => {
    const [account, keyId] = ['crowd', 'crowd-key'];
    const month = (nth: number) => Date.UTC(2020, nth);
    const row = (nth: number, project: number, bucket: Bucket) =>
      `('${account}', 'DAY', ${month(nth)}, '${keyId}', 'p${project}', 'm', '${bucket === 'RMB' ? 'ORDINARY' : 'OFFICIAL'}', 'a', '${bucket}', 1, 0, 0, 1, 1, ${project + 1}, 0)`;
    for (let nth = 0; nth < 51; nth += 1) {
      const rows = Array.from({ length: 200 }, (_, project) => BUCKETS.map((bucket) => row(nth, project, bucket)).join(', '));
      await bed.database.query(`INSERT INTO usage_rollup VALUES ${rows.join(', ')}`);
    }
    const spend = { accountId: account, metric: 'SPEND', bucket: 'RMB', window: 'LIFETIME', minimumRequests: null } as const;
    const charged = async (over: Partial<AlertRule>) => (await look({ ...spend, ...over }, month(60))).value;
    const ofAll = 51n * ((200n * 201n) / 2n);
    expect(await charged({ projectId: 'p7' })).toBe(51n * 8n);
    expect(await charged({})).toBe(ofAll);
    expect(await charged({ routeType: 'ORDINARY' })).toBe(ofAll);
    expect(await charged({ bucket: 'CREDIT', apiKeyId: keyId })).toBe(ofAll);
    expect(await charged({ model: 'm' })).toBe(ofAll);
    expect(await charged({ model: 'other' })).toBe(0n);
    const tokens = { metric: 'TOKENS', bucket: null, projectId: 'p7' } as const;
    expect(await charged(tokens)).toBe(51n * 2n * 2n * 1_000_000_000n);
    expect(await charged({ projectId: 'p7', apiKeyId: null, window: 'MONTH' })).toBe(0n);
    await bed.database.query(`DELETE FROM usage_rollup WHERE account_id = '${account}'`);
  });
});

/** The end of a receipt that the gateway writes for that reason. */
function endOf(stopReason: StopReason): Pick<ReceiptRecord, 'status' | 'stopReason'> {
  return { status: STOP_RULES[stopReason].status, stopReason };
}

function refusalAt(account: string, createdAt: number): EndRequest {
  const item = refusal(account);
  return { ...item, receipt: { ...item.receipt, createdAt } };
}
