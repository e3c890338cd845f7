/** What the operator is told of a channel's month, whatever database stands behind it: each attempt that was sent, once. */
import type { AttemptRecord } from '../../src/attempts/attempt';
import { leastIdAt, newId } from '../../src/kernel/ids';
import { nano } from '../../src/kernel/money';
import type { AttemptOfReceipt } from '../../src/ledger/receipt';
import { ChannelTally } from '../../src/ledger/statement/channel-attempts';
import { type ChannelFormat, csvChannel, jsonChannel } from '../../src/ledger/statement/channel-text';
import { monthOf, type Period } from '../../src/ledger/statement/statement';
import { NO_USAGE } from '../../src/metering/usage';
import { SqlChannelAttempts } from '../../src/storage/money-facts/channel-attempts';
import type { DatabaseKind } from '../support/databases';
import { ledgerBed } from '../support/ledger-bed';
import { attempt, end, place, requestFacts } from '../support/ledger-items';
import { planOf } from '../support/rows-read';

const MONTH = '2026-11';
const { from: START, to: END } = monthOf(MONTH);

describe.each<DatabaseKind>(['sqlite', 'mysql'])('the attempts of a channel on %s', (kind) => {
  let attempts: SqlChannelAttempts;
  let account = '';
  const bed = ledgerBed(kind, {
    anewForEachTest: true,
    prepare: async () => {
      attempts = new SqlChannelAttempts(bed.open.dataSource, 2);
      account = await bed.accountWith(10n ** 15n, 'RMB');
      return undefined;
    },
  });
  const { promise, write } = bed;

  /** A request that came at `at`, and was tried so. */
  async function serve(at: number, ...tries: Partial<AttemptRecord>[]): Promise<string> {
    const requestId = leastIdAt(at) + newId().slice(13);
    const hold = place(account, 100n, { request: requestFacts(account, { requestId, createdAt: at }) });
    await write(hold);
    await write(end(hold, 0n, { attempts: tries.map((each, index) => attempt({ index, startedAt: at, ...each })) }));
    return requestId;
  }

  async function sent(channelId: string, period: Period = { from: START, to: END }): Promise<AttemptOfReceipt[]> {
    const found: AttemptOfReceipt[] = [];
    for await (const each of attempts.sent(channelId, period)) found.push(each);
    return found;
  }

  const placesOf = (found: readonly AttemptOfReceipt[]) => found.map(({ receiptId, index }) => `${receiptId} ${index}`);

  async function textOf(format: ChannelFormat, channelId: string): Promise<string> {
    let text = '';
    for await (const piece of format({ channelId, month: MONTH, period: monthOf(MONTH) }, attempts)) text += piece;
    return text;
  }

  promise('are all that were sent to it, the failed and the repeated ones too, in the order of their requests', async () => {
    const failed = { status: 'FAILED', providerStatus: 500, usage: NO_USAGE } as const;
    const first = await serve(START + 5, failed, { ...failed, retry: 1 }, { channelId: 'cheap-b', role: 'BACKUP' });
    const second = await serve(START + 9, { ...failed, retry: 0 }, { ...failed, retry: 1 }, { ...failed, retry: 2 }, { retry: 3 });
    const third = await serve(START + 10, {}, { channelId: 'cheap-b' });
    expect(placesOf(await sent('cheap-a'))).toEqual([
      ...[0, 1].map((index) => `${first} ${index}`),
      ...[0, 1, 2, 3].map((index) => `${second} ${index}`),
      `${third} 0`,
    ]);
    expect(placesOf(await sent('cheap-b'))).toEqual([`${first} 2`, `${third} 1`]);
  });

  promise('leave out a step that was passed over, for nothing was sent there', async () => {
    const id = await serve(START, { status: 'SKIPPED', providerStatus: null, usage: NO_USAGE }, { retry: 1 });
    expect(placesOf(await sent('cheap-a'))).toEqual([`${id} 1`]);
  });

  promise('are of the month in which they began, to the millisecond, whenever their requests came', async () => {
    const late = await serve(START - 1, { startedAt: START - 1 }, { startedAt: START });
    const last = await serve(END - 1, { startedAt: END - 1 }, { startedAt: END });
    expect(placesOf(await sent('cheap-a'))).toEqual([`${late} 1`, `${last} 0`]);
    expect(placesOf(await sent('cheap-a', monthOf('2026-10')))).toEqual([`${late} 0`]);
    expect(placesOf(await sent('cheap-a', monthOf('2026-12')))).toEqual([`${last} 1`]);
  });

  promise('add up by upstream model and currency', async () => {
    const cost = (amount: bigint, currency: 'CNY' | 'USD' = 'CNY') => ({ amount: nano(amount), currency });
    const usage = { ...attempt().usage, classes: { images: 2 } };
    await serve(START, { cost: cost(3n) }, { cost: cost(4n), usage }, { cost: cost(5n, 'USD') });
    await serve(START, { upstreamModel: 'other', cost: null, usage: NO_USAGE });
    const tally = new ChannelTally();
    for (const each of await sent('cheap-a')) tally.add(each);
    const tokens = { inputTokens: 900, cachedInputTokens: 100, cacheWriteTokens: 0, outputTokens: 300, reasoningTokens: 64 };
    expect(tally.close()).toEqual([
      {
        ...{ upstreamModel: 'gpt-5-mini-2025-08-07', currency: 'CNY', attempts: 2, cost: 7n, classes: { images: 2 } },
        ...{ inputTokens: 1_800, cachedInputTokens: 200, cacheWriteTokens: 0, outputTokens: 600, reasoningTokens: 128 },
      },
      { upstreamModel: 'gpt-5-mini-2025-08-07', currency: 'USD', attempts: 1, cost: 5n, classes: {}, ...tokens },
      expect.objectContaining({ upstreamModel: 'other', currency: null, attempts: 1, cost: 0n, inputTokens: 0 }),
    ]);
  });

  promise('are the same in both formats, and no text of a provider is a formula or breaks a line', async () => {
    const upstreamRequestId = '=1+1,"x"\nreq';
    const id = await serve(START, { upstreamRequestId, cost: { amount: nano(1_500_000_000n), currency: 'USD' } });
    const csv = await textOf(csvChannel, 'cheap-a');
    const place = `${id},0,gpt-5-mini-2025-08-07,"'=1+1,""x""\nreq",SUCCEEDED,200,`;
    expect(csv).toContain(`cheap-a,2026-11,ATTEMPT,2026-11-01T00:00:00.000Z,${place},PROVIDER,900,100,0,300,64,,1.5,USD,\r\n`);
    expect(csv).toContain('cheap-a,2026-11,TOTAL,,,,gpt-5-mini-2025-08-07,,,,,,900,100,0,300,64,,1.5,USD,1\r\n');
    const widths = csv
      .split('\r\n')
      .slice(0, -1)
      .map((line) => line.replaceAll(/"([^"]|"")*"/g, '').split(',').length);
    expect(new Set(widths).size).toBe(1);
    expect(JSON.parse(await textOf(jsonChannel, 'cheap-a'))).toMatchObject({
      channel: 'cheap-a',
      month: '2026-11',
      attempts: [
        { receipt: id, attempt: 0, upstreamRequestId, status: 'SUCCEEDED', usage: { inputTokens: 900 }, cost: '1.5', currency: 'USD' },
      ],
      totals: [{ upstreamModel: 'gpt-5-mini-2025-08-07', attempts: 1, inputTokens: 900, cost: '1.5', currency: 'USD' }],
    });
  });

  promise('are none of a channel that nobody has, and of one without calls', async () => {
    expect(await sent('nobody')).toEqual([]);
    expect([await attempts.isChannel('nobody'), await attempts.isChannel('x'.repeat(300))]).toEqual([false, false]);
    expect(JSON.parse(await textOf(jsonChannel, 'nobody'))).toMatchObject({ attempts: [], totals: [] });
  });

  promise('are read along their requests, from about the month alone', async () => {
    await serve(START, {});
    const [statement] = await bed.open.statementsOf(() => sent('cheap-a'));
    expect(statement?.values.slice(0, 2)).toEqual([leastIdAt(START - 86_400_000), leastIdAt(END + 86_400_000)]);
    if (kind === 'mysql' || statement === undefined) return;
    const steps = await planOf(bed.open.dataSource, statement);
    expect(steps).toEqual(['SEARCH attempt USING INDEX sqlite_autoindex_attempt_1 (receipt_id>? AND receipt_id<?)']);
  });
});
