/** What the rules of alerts are told of requests, whatever database stands behind it. */
import type { AlertRule } from '../../src/alerts/alert';
import { evaluateRule } from '../../src/alerts/evaluate';
import { newId } from '../../src/kernel/ids';
import type { ReceiptRecord, RequestFacts } from '../../src/ledger/receipt';
import { SqlUsageReports } from '../../src/storage/usage/usage-reports';
import type { DatabaseKind } from '../support/databases';
import { ledgerBed } from '../support/ledger-bed';
import { end, place, requestFacts, routeFacts } from '../support/ledger-items';

const HALF = 500_000_000n;
const HOUR_MS = 3_600_000;

describe.each<DatabaseKind>(['sqlite', 'mysql'])('the share of an alert rule on %s', (kind) => {
  const bed = ledgerBed(kind);
  const { promise, write } = bed;

  async function ended(account: string, facts: Partial<RequestFacts>, over: Partial<ReceiptRecord>): Promise<number> {
    const hold = { ...place(account, 1n), request: requestFacts(account, facts), route: routeFacts('RMB') };
    const item = end(hold, 1n);
    await write(hold);
    await write({ ...item, receipt: { ...item.receipt, ...over } });
    return hold.request.createdAt;
  }

  const look = async (selection: Pick<AlertRule, 'accountId' | 'metric'> & Partial<AlertRule>, now: number) => {
    const rule: AlertRule = {
      ...{ id: newId(), name: 'Mine', bucket: null, apiKeyId: null, projectId: null, routeType: null, window: null, episode: null },
      ...{ threshold: HALF, minimumRequests: 1, emails: [], enabled: true, createdAt: 0 },
      ...selection,
    };
    const { value, message } = await evaluateRule({ reader: bed.open.reader, usage: new SqlUsageReports(bed.open.dataSource) }, rule, now);
    return { value, message };
  };

  promise('counts each request once, however often it moved, and those that are asked for alone', async () => {
    const account = await bed.accountWith(100n, 'RMB');
    const projectId = `${account}-bots`;
    const createdAt = await ended(account, {}, { fallbackCount: 3 });
    for (const over of [{}, { status: 'FAILED' as const }, {}]) await ended(account, { createdAt }, over);
    await ended(account, { createdAt, projectId }, { fallbackCount: 2 });
    await ended(account, { createdAt: createdAt - HOUR_MS - 1 }, { fallbackCount: 1, status: 'FAILED' });
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
});
