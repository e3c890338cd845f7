import { DEMO_FLAKY_URL, DEMO_KEY_ID, DEMO_MODEL_ID, DEMO_STEADY_URL, demoCatalog } from './demo-catalog';

const demo = (keySecret: string) => demoCatalog({ flakyUrl: DEMO_FLAKY_URL, steadyUrl: DEMO_STEADY_URL, keySecret });

describe('the built-in demo', () => {
  const { routing, accounts, research } = demo('sk-tf-first');

  it('refers only to channels and models that it has', () => {
    const channels = routing.channels.map((channel) => channel.id);
    const models = routing.models.map((model) => model.id);
    expect(channels).toEqual(expect.arrayContaining(routing.routes.flatMap((route) => route.steps.map((step) => step.channelId))));
    expect(models).toEqual(
      expect.arrayContaining([...routing.routes.map((route) => route.model), ...Object.values(research?.models ?? {})]),
    );
  });

  it('can show a fallback: the primary may fail once, and the backup is dearer', () => {
    const route = routing.routes.find(({ id }) => id === `${DEMO_MODEL_ID}:ORDINARY`);
    expect(route?.steps.map(({ channelId, maxAttempts }) => [channelId, maxAttempts])).toEqual([
      ['demo-a', 1],
      ['demo-b', 1],
    ]);
    expect(route?.steps[1]?.price?.input).toBeGreaterThan(route?.price.input ?? 0n);
    expect(route?.steps[1]?.price?.output).toBeGreaterThan(route?.price.output ?? 0n);
  });

  it('gives its key both balances', () => {
    expect(accounts[0]?.wallets).toEqual([
      { bucket: 'RMB', amount: 100_000_000_000n },
      { bucket: 'CREDIT', amount: 10_000_000_000n },
    ]);
    expect(accounts[0]?.keys).toMatchObject([{ id: DEMO_KEY_ID, secret: 'sk-tf-first' }]);
  });

  it('declares the same channels, models and routes at every start', () => {
    expect(demo('sk-tf-second').routing).toEqual(routing);
  });
});
