import { ACME, CHAT, type GraphWorld, graphWorld, OPERATOR } from '../../../../test/support/graph-world';
import { nano } from '../../../kernel/money';
import type { UsagePoint, UsageQuestion } from '../../../ledger/usage-report';

const ASK = `query Usage($from: DateTime!, $to: DateTime!) { usage(from: $from, to: $to, interval: DAY, groupBy: PROJECT) {
  start group requests failed fallbacks inputTokens inputTokensExact outputTokens outputTokensExact charge bucket } }`;
const TIME = { from: '2026-01-01T00:00:00.000Z', to: '2026-02-01T00:00:00Z' };
const POINT: UsagePoint = {
  start: Date.UTC(2026, 0, 5),
  group: '',
  bucket: 'CREDIT',
  requests: 3,
  failed: 1,
  fallbacks: 2,
  inputTokens: 3_000_000_000,
  outputTokens: 7,
  charge: nano(2n ** 53n + 1n),
};

describe('usage in the graph', () => {
  let world: GraphWorld;
  const asked: UsageQuestion[] = [];

  beforeAll(async () => {
    world = await graphWorld({
      usage: {
        usage: async (question) => {
          asked.push(question);
          return [POINT];
        },
      },
    });
  });
  afterAll(() => world.app.close());

  it('shows a point to the last nano, and token counts beyond what an Int can say', async () => {
    const { data } = await world.ask(ACME, ASK, TIME);
    expect(data).toEqual({
      usage: [
        {
          ...{ start: '2026-01-05T00:00:00.000Z', group: '', bucket: 'CREDIT', requests: 3, failed: 1, fallbacks: 2 },
          ...{ inputTokens: 2_147_483_647, inputTokensExact: '3000000000', outputTokens: 7, outputTokensExact: '7' },
          charge: '9007199.254740993',
        },
      ],
    });
  });

  it('asks within the scope of whoever asks', async () => {
    asked.length = 0;
    for (const token of [ACME, CHAT, OPERATOR]) await world.ask(token, ASK, TIME);
    expect(asked.map(({ scope }) => scope)).toEqual([{ accountId: 'acme' }, { apiKeyId: 'chat' }, null]);
    expect(asked[0]).toMatchObject({ from: Date.UTC(2026, 0), to: Date.UTC(2026, 1), interval: 'DAY', groupBy: 'PROJECT' });
  });

  it('refuses a time that ends before it begins, and names what to change', async () => {
    const { data, errors } = await world.ask(ACME, ASK, { from: TIME.to, to: TIME.to });
    expect([data, errors[0]?.message]).toEqual([null, 'from must be before "to".']);
  });

  it('answers nobody without a token', async () => {
    const { data, errors } = await world.ask(null, ASK, TIME);
    expect([data, errors.length]).toEqual([null, 1]);
  });
});
