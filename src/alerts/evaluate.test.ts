import { MemoryLedgerReader } from '../../test/support/memory-ledger-reader';
import { NAMELESS } from '../../test/support/nameless';
import { anEntry, aRecord, settled } from '../../test/support/receipt-builders';
import { NANO_MAX, nano, ONE } from '../kernel/money';
import type { ReceiptRecord } from '../ledger/receipt';
import type { OutcomeQuestion, Outcomes, UseQuestion } from '../ledger/usage-report';
import { NO_USAGE } from '../metering/usage';
import type { AlertRule } from './alert';
import { type EvaluationPorts, evaluateRule, traceOf } from './evaluate';
import { whose } from './named';

const NOW = Date.UTC(2026, 9, 14, 10, 30);
const QUIET: AlertRule = {
  ...{ id: 'r', accountId: 'acme', name: 'Mine', metric: 'SPEND', bucket: 'RMB', apiKeyId: null, projectId: null, routeType: null },
  ...{
    model: null,
    window: 'DAY',
    threshold: 5_000n,
    minimumRequests: null,
    slowerThanMs: null,
    emails: [],
    enabled: true,
    episode: null,
    createdAt: 0,
  },
};

/** What a rule says where nobody has a name. */
async function told(ports: EvaluationPorts, rule: AlertRule, now: number) {
  const evaluation = await evaluateRule(ports, rule, now);
  return { ...evaluation, message: evaluation.message(await whose(NAMELESS, rule)) };
}

function look(rule: Partial<AlertRule>, used: bigint, posted = 0n, held = 0n, now = NOW) {
  const asked: UseQuestion[] = [];
  const wallet = { id: 'acme:RMB', accountId: 'acme', bucket: 'RMB' as const, posted: nano(posted), held: nano(held) };
  const reader = { wallets: async () => [wallet], receipts: () => nothing(), entries: () => nothing() };
  const usage = {
    used: async (question: UseQuestion) => {
      asked.push(question);
      return { charge: nano(used), tokens: used };
    },
    outcomes: nothing,
  };
  return told({ reader, usage }, { ...QUIET, ...rule }, now).then((evaluation) => ({ ...evaluation, asked }));
}

function lookAtRate(rule: Partial<AlertRule>, outcomes: Partial<Outcomes>) {
  const reader = { wallets: () => nothing(), receipts: () => nothing(), entries: () => nothing() };
  const asked: OutcomeQuestion[] = [];
  const usage = {
    used: nothing,
    outcomes: async (question: OutcomeQuestion) => {
      asked.push(question);
      return { requests: 10, counted: 0, last: null, ...outcomes };
    },
  };
  return told({ reader, usage }, { ...QUIET, ...rule }, NOW).then((evaluation) => ({ ...evaluation, asked }));
}

const nothing = () => Promise.reject(new Error('not read here'));

describe('a rule of an alert', () => {
  it('is true of a spend that reaches its threshold, within its window and its bucket alone', async () => {
    expect(await look({}, 4_999n)).toMatchObject({ breached: false, value: 4_999n });
    const more = await look({}, 5_000n);
    expect(more).toMatchObject({ breached: true, value: 5_000n });
    expect(more.asked).toEqual([
      {
        from: Date.UTC(2026, 9, 14),
        to: Date.UTC(2026, 9, 14, 11),
        scope: { accountId: 'acme' },
        bucket: 'RMB',
        projectId: null,
        routeType: null,
        model: null,
      },
    ]);
  });

  it('says amounts in the currency of its balance', async () => {
    expect((await look({ bucket: 'CREDIT', window: 'WEEK', projectId: 'labs' }, 5_000n)).message).toBe(
      '0.000005 USD of CREDIT were spent this week by the project labs: the threshold is 0.000005 USD.',
    );
    expect((await look({ metric: 'BALANCE', window: null }, 0n, 4_000n)).message).toBe(
      'RMB has 0.000004 CNY left to spend, below 0.000005 CNY: top it up.',
    );
  });

  it('is true of tokens that reach their number, whichever bucket pays', async () => {
    const tokens = { metric: 'TOKENS', bucket: null, window: 'MONTH', threshold: 1_000_000n * ONE, apiKeyId: 'k' } as const;
    expect(await look(tokens, 999_999n)).toMatchObject({ breached: false, value: 999_999n * ONE });
    const reached = await look(tokens, 1_000_000n);
    expect(reached).toMatchObject({
      breached: true,
      message: '1000000 tokens were used this month by the key k: the threshold is 1000000.',
    });
    expect(reached.asked).toMatchObject([{ from: Date.UTC(2026, 9, 1), scope: { apiKeyId: 'k' }, bucket: null }]);
    expect(await look(tokens, NANO_MAX)).toMatchObject({ breached: true, value: NANO_MAX });
  });

  it('has a value that an alert can keep, also where an account has spent more in a month than a wallet can hold', async () => {
    const rich = await look({ window: 'MONTH' }, 3n * NANO_MAX);
    expect(rich).toMatchObject({
      breached: true,
      value: NANO_MAX,
      message: expect.stringMatching(/^13835058055\.282163712 CNY of RMB were/),
    });
  });

  it('alerts of a spend once in each window', async () => {
    const { episode } = await look({}, 0n);
    expect(episode).toBe(`DAY ${Date.UTC(2026, 9, 14)}`);
    expect((await look({ window: 'WEEK' }, 0n)).episode).toBe(`WEEK ${Date.UTC(2026, 9, 12)}`);
    expect((await look({ window: 'LIFETIME' }, 0n)).episode).toBe('LIFETIME');
  });

  it('asks for whole hours, of which there are sums, and for nothing behind its window', async () => {
    const asked = async (now: number) => (await look({}, 0n, 0n, 0n, now)).asked;
    const midnight = Date.UTC(2026, 9, 15);
    expect(await asked(midnight - 1)).toMatchObject([{ from: Date.UTC(2026, 9, 14), to: midnight }]);
    expect(await asked(midnight)).toMatchObject([{ from: midnight, to: Date.UTC(2026, 9, 15, 1) }]);
    expect((await look({ window: 'LIFETIME' }, 0n)).asked).toMatchObject([{ from: 0, to: Date.UTC(2026, 9, 14, 11) }]);
  });

  it('looks at one key, project, type of route or model where it names one', async () => {
    expect((await look({ apiKeyId: 'k' }, 0n)).asked).toMatchObject([{ scope: { apiKeyId: 'k' }, projectId: null }]);
    expect((await look({ projectId: 'labs' }, 0n)).asked).toMatchObject([{ scope: { accountId: 'acme' }, projectId: 'labs' }]);
    expect((await look({ routeType: 'OFFICIAL' }, 0n)).asked).toMatchObject([{ routeType: 'OFFICIAL' }]);
    const model = await look({ model: 'small' }, 5_000n);
    expect(model.asked).toMatchObject([{ scope: { accountId: 'acme' }, model: 'small' }]);
    expect(model.message).toMatch(/^0\.000005 CNY of RMB were spent today for the model small:/);
  });

  it('is true of a balance below its threshold, with what is held taken off', async () => {
    const balance = { metric: 'BALANCE', window: null } as const;
    expect(await look(balance, 0n, 6_000n, 1_000n)).toMatchObject({ breached: false, value: 5_000n });
    expect(await look(balance, 0n, 6_000n, 1_001n)).toMatchObject({ breached: true, value: 4_999n });
  });

  it('of a balance lasts until money is added or there is clearly enough, and not only until the next hold ends', async () => {
    const low = { metric: 'BALANCE', window: null, episode: (await look({ metric: 'BALANCE' }, 0n, 5_100n, 200n)).episode } as const;
    expect(await look(low, 0n, 5_100n, 0n)).toMatchObject({ breached: false, lasts: true });
    expect(await look(low, 0n, 5_050n, 0n)).toMatchObject({ breached: false, lasts: true });
    expect(await look(low, 0n, 5_101n, 0n)).toMatchObject({ breached: false, lasts: false });
    const held = { ...low, episode: (await look({ metric: 'BALANCE' }, 0n, 9_000n, 4_001n)).episode };
    expect(await look(held, 0n, 9_000n, 3_501n)).toMatchObject({ breached: false, lasts: true });
    expect(await look(held, 0n, 9_000n, 3_500n)).toMatchObject({ breached: false, lasts: false });
  });

  it('of a share lasts until it is clearly below its threshold, or says nothing any more', async () => {
    const high = {
      bucket: null,
      window: null,
      metric: 'FAILURE_RATE',
      threshold: 500_000_000n,
      minimumRequests: 10,
      episode: 'high',
    } as const;
    expect(await lookAtRate(high, { requests: 11, counted: 5 })).toMatchObject({ breached: false, lasts: true });
    expect(await lookAtRate(high, { requests: 20, counted: 9 })).toMatchObject({ breached: false, lasts: false });
    expect(await lookAtRate(high, { requests: 9, counted: 4 })).toMatchObject({ breached: false, lasts: false });
  });

  it('is true of a share that reaches its threshold, once there are enough requests to speak of one', async () => {
    const rate = { bucket: null, window: null, metric: 'FAILURE_RATE', threshold: 200_000_000n, minimumRequests: 10 } as const;
    expect(await lookAtRate(rate, { counted: 2 })).toMatchObject({ breached: true, value: 200_000_000n });
    expect(await lookAtRate(rate, { counted: 1 })).toMatchObject({ breached: false, value: 100_000_000n });
    expect(await lookAtRate({ ...rate, minimumRequests: 11 }, { counted: 2 })).toMatchObject({ breached: false });
    expect(await lookAtRate(rate, { requests: 0 })).toMatchObject({ breached: false, value: 0n });
    expect((await lookAtRate(rate, { requests: 1, counted: 1 })).message).toBe(
      '100 % of 1 request failed within the last hour: the threshold is 20 %.',
    );
  });

  it.each([
    ['FAILURE_RATE', { kind: 'FAILED' }, 'failed'],
    ['RETRY_RATE', { kind: 'RETRIED' }, 'were tried again on a channel'],
    ['FALLBACK_RATE', { kind: 'MOVED' }, 'needed a backup'],
    ['SLOW_RATE', { kind: 'SLOW', thanMs: 8_000 }, 'took longer than 8000 ms'],
  ] as const)('of %s counts what it is about, and says so', async (metric, outcome, happened) => {
    const slowerThanMs = metric === 'SLOW_RATE' ? 8_000 : null;
    const rate = { ...{ bucket: null, window: null, threshold: 250_000_000n, minimumRequests: 1 }, metric, slowerThanMs };
    const { asked, message, lastReceiptId } = await lookAtRate({ ...rate, model: 'small' }, { counted: 5, last: 'newest' });
    expect(asked).toMatchObject([{ outcome, model: 'small', from: NOW - 3_600_000, to: NOW + 1 }]);
    expect(message).toBe(`50 % of 10 requests for the model small ${happened} within the last hour: the threshold is 25 %.`);
    expect(lastReceiptId).toBe('newest');
  });
});

describe('what an alert names', () => {
  const reader = new MemoryLedgerReader();
  const record = (id: string, facts: Partial<ReceiptRecord>) => settled(aRecord(id, { charge: nano(5n), ...facts }));
  const tokens = (inputTokens: number, outputTokens: number) => ({ ...NO_USAGE, inputTokens, outputTokens });
  const credit = { routeType: 'OFFICIAL', bucket: 'CREDIT' } as const;
  reader.allReceipts.push(
    record('free', { projectId: 'bots', charge: nano(0n) }),
    record('other', { projectId: 'labs' }),
    record('broken', { projectId: 'bots', status: 'FAILED' }),
    record('paid-from-credit', { ...credit, projectId: 'bots', requestedModel: 'large' }),
    record('of-output', { projectId: 'talk', usage: tokens(0, 1) }),
    record('of-nothing', { projectId: 'read', charge: nano(0n), usage: tokens(0, 0) }),
    record('of-input', { projectId: 'read', usage: tokens(1, 0) }),
  );
  reader.allEntries.push(
    anEntry('top-up', { kind: 'TOP_UP', receiptId: null, apiKeyId: null }),
    anEntry('of-other', { receiptId: 'other', apiKeyId: 'other' }),
    anEntry('of-broken', { receiptId: 'broken' }),
    anEntry('of-credit', { receiptId: 'paid-from-credit', walletId: 'acme:CREDIT', bucket: 'CREDIT' }),
  );
  const trace = (rule: Partial<AlertRule>, told: Parameters<typeof traceOf>[2] = {}) => traceOf({ reader }, { ...QUIET, ...rule }, told);

  it('of a spend was charged to its bucket, and to the key or project that it is about', async () => {
    expect(await trace({})).toEqual({ receiptId: 'other', ledgerEntryId: 'of-other' });
    expect(await trace({ apiKeyId: 'chat' })).toEqual({ receiptId: 'broken', ledgerEntryId: 'of-broken' });
    expect(await trace({ bucket: 'CREDIT' })).toEqual({ receiptId: 'paid-from-credit', ledgerEntryId: 'of-credit' });
    expect(await trace({ projectId: 'bots' })).toEqual({ receiptId: 'broken', ledgerEntryId: null });
    expect(await trace({ projectId: 'none' })).toEqual({ receiptId: null, ledgerEntryId: null });
    expect(await trace({ bucket: 'CREDIT', model: 'large' })).toEqual({ receiptId: 'paid-from-credit', ledgerEntryId: null });
    expect(await trace({ bucket: 'CREDIT', model: 'none' })).toEqual({ receiptId: null, ledgerEntryId: null });
  });

  it('of tokens used some of its key, project or type of route', async () => {
    const tokens = { metric: 'TOKENS', bucket: null } as const;
    expect(await trace({ ...tokens, projectId: 'bots', routeType: 'ORDINARY' })).toEqual({ receiptId: 'free', ledgerEntryId: null });
    expect(await trace({ ...tokens, routeType: 'OFFICIAL' })).toEqual({ receiptId: 'paid-from-credit', ledgerEntryId: null });
    expect(await trace({ ...tokens, projectId: 'talk' })).toMatchObject({ receiptId: 'of-output' });
    expect(await trace({ ...tokens, projectId: 'read' })).toMatchObject({ receiptId: 'of-input' });
    expect(await trace({ ...tokens, projectId: 'none' })).toEqual({ receiptId: null, ledgerEntryId: null });
  });

  it('of a balance is what moved it last, and of a rate the newest receipt that was counted', async () => {
    expect(await trace({ metric: 'BALANCE', window: null })).toEqual({ receiptId: null, ledgerEntryId: 'top-up' });
    const rate = { metric: 'FAILURE_RATE', bucket: null, window: null } as const;
    expect(await trace(rate, { lastReceiptId: 'broken' })).toEqual({ receiptId: 'broken', ledgerEntryId: null });
  });
});
