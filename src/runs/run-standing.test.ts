import { amount } from '../../test/support/catalog-builders';
import { nano } from '../kernel/money';
import type { BudgetLine, Run, RunPart, RunSums } from './run';
import { NO_CALLS } from './run-receipt';
import { standingOf } from './run-standing';

const ofBudget = (budget: readonly BudgetLine[]): Run => ({
  ...{ id: 'run', kind: 'AGENT', accountId: 'acme', apiKeyId: 'key', name: 'n', status: 'RUNNING', statusReason: null },
  ...{ budget, createdAt: 0, startedAt: 0, finishedAt: null },
});
const part = (more: Partial<RunPart>): RunPart => ({
  ...{ model: 'm', bucket: 'RMB', requests: 1, fallbacks: 0, charge: nano(0n), inputTokens: 0, cachedInputTokens: 0 },
  ...{ cacheWriteTokens: 0, outputTokens: 0, reasoningTokens: 0, ...more },
});

/** By wallet. */
type Counters = Readonly<Record<string, readonly [spent: bigint, held: bigint]>>;

/** Where a run stands of which the counters and the receipts say this. */
function standing(budget: readonly BudgetLine[], counters: Counters, sums: Partial<RunSums> = {}) {
  const spendOf = async (asked: readonly { readonly counterId: string; readonly walletId: string }[]) =>
    new Map(
      asked.map(({ counterId, walletId }) => {
        const [spent, held] = counters[walletId] ?? [0n, 0n];
        return [counterId, { spent: nano(spent), held: nano(held) }];
      }),
    );
  const all = { ...NO_CALLS, ...sums };
  return standingOf({ reader: { spendOf }, runs: { sums: async () => new Map([['run', all]]) } }, ofBudget(budget));
}

describe('where a run stands', () => {
  it('is what it spent and holds of each balance, and what is left of its budget is without both', async () => {
    const budget = [
      { bucket: 'RMB', amount: amount('5') },
      { bucket: 'CREDIT', amount: amount('2') },
    ] as const;
    const counters: Counters = { 'acme:RMB': [amount('1'), amount('3')], 'acme:CREDIT': [amount('0.5'), amount('0.25')] };
    const { spent, held, left } = await standing(budget, counters);
    expect(spent).toEqual({ RMB: amount('1'), CREDIT: amount('0.5') });
    expect(held).toEqual({ RMB: amount('3'), CREDIT: amount('0.25') });
    expect(left).toEqual([
      { bucket: 'RMB', amount: amount('1') },
      { bucket: 'CREDIT', amount: amount('1.25') },
    ]);
  });

  it('has nothing left, and never less, where a budget was lowered below what is spent', async () => {
    const lowered = [{ bucket: 'RMB', amount: amount('1') }] as const;
    expect((await standing(lowered, { 'acme:RMB': [amount('2'), 0n] })).left).toEqual([{ bucket: 'RMB', amount: 0n }]);
  });
});

describe('a run whose last call settles while it is read', () => {
  it('is never told as holding nothing without the charge of that call', async () => {
    const receipts: RunPart[] = [];
    const settledMeanwhile = async () => {
      await Promise.resolve();
      receipts.push(part({ charge: nano(7n) }));
      return new Map();
    };
    const sums = async () => new Map([['run', { ...NO_CALLS, parts: [...receipts] }]]);
    const { held, receipt } = await standingOf({ reader: { spendOf: settledMeanwhile }, runs: { sums } }, ofBudget([]));
    expect(held).toEqual({ RMB: 0n, CREDIT: 0n });
    expect(receipt.charges).toContainEqual({ bucket: 'RMB', amount: 7n });
  });
});

describe('the receipt of a run', () => {
  it('is the sum of its calls, balance by balance and model by model; what was refused before either is a call, and none of a model', async () => {
    const parts = [
      part({ model: 'a', requests: 2, fallbacks: 1, charge: nano(30n), inputTokens: 10, cachedInputTokens: 4 }),
      part({ model: 'b', charge: nano(5n), cacheWriteTokens: 3, outputTokens: 7, reasoningTokens: 2 }),
      part({ model: 'a', bucket: 'CREDIT', charge: nano(9n), inputTokens: 1, outputTokens: 1 }),
      part({ model: 'a', bucket: null }),
      part({ model: null }),
    ];
    const { receipt } = await standing(
      [],
      {},
      { parts, attempts: 8, failedAttempts: 2, sources: ['PROVIDER'], refunds: { RMB: 0n, CREDIT: 2n } },
    );
    expect(receipt).toEqual({
      ...{ requests: 6, attempts: 8, failedAttempts: 2, fallbacks: 1 },
      usage: { inputTokens: 11, cachedInputTokens: 4, cacheWriteTokens: 3, outputTokens: 8, reasoningTokens: 2, source: 'PROVIDER' },
      charges: [
        { bucket: 'RMB', amount: 35n },
        { bucket: 'CREDIT', amount: 9n },
      ],
      refunds: [
        { bucket: 'RMB', amount: 0n },
        { bucket: 'CREDIT', amount: 2n },
      ],
      byModel: [
        { model: 'a', bucket: 'RMB', requests: 2, charge: 30n },
        { model: 'b', bucket: 'RMB', requests: 1, charge: 5n },
        { model: 'a', bucket: 'CREDIT', requests: 1, charge: 9n },
      ],
    });
  });

  it.each([
    [['PROVIDER', 'COUNTED', 'FLOOR'], 'FLOOR'],
    [['NONE', 'COUNTED', 'PROVIDER'], 'COUNTED'],
    [['NONE', 'PROVIDER'], 'PROVIDER'],
    [['NONE'], 'NONE'],
    [[], 'NONE'],
  ] as const)('is as certain as the least certain of its calls that used something: %j is %s', async (sources, source) => {
    expect((await standing([], {}, { sources })).receipt.usage.source).toBe(source);
  });
});
