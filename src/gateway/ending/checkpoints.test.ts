import { amount, aPrice, aRoute } from '../../../test/support/catalog-builders';
import { gate } from '../../../test/support/eventually';
import { failing, type Scene, STREAM, stage } from '../../../test/support/stage';
import { chargeFor } from '../../metering/charge';
import { NO_USAGE } from '../../metering/usage';
import { speech } from '../endpoints/speech';
import { Checkpoints } from './checkpoints';

/** A stream that has delivered these frames and waits; `end` lets it go on to its settlement. */
async function delivering(frames: readonly string[], over: Scene = {}, shared?: Checkpoints) {
  const { opened, open } = gate();
  const acts = over.acts ?? { a: [{ frames, until: opened }] };
  const set = stage({ body: STREAM, ...over, acts });
  if (shared !== undefined) set.gateway.checkpoints = shared;
  const served = set.serve();
  const wanted = frames.length;
  while (set.sink.frames.length < wanted) await new Promise((resolve) => setImmediate(resolve));
  const { checkpoints } = set.gateway;
  const end = () => {
    open();
    return served;
  };
  return { ...set, checkpoints, end };
}

/** Nothing has to be loaded to count with. */
const LOADED = { load: () => undefined };

describe('the checkpoint of a stream', () => {
  it('says what was delivered, what it costs, and who delivered it', async () => {
    const { checkpoints, ledger, end, sink } = await delivering(['one two', ' three']);
    await checkpoints.note();
    const [hold] = ledger.open.values();
    const [checkpoint] = ledger.checkpoints[0] ?? [];
    // The last word may go on.
    expect(checkpoint?.progress).toMatchObject({
      usage: { outputTokens: 2, source: 'FLOOR' },
      finalChannelId: 'a',
      reportedModel: 'm-reported',
      retryCount: 0,
    });
    expect(checkpoint?.holdId).toBe(hold?.holdId);
    expect(checkpoint?.attempts).toMatchObject([{ index: 0, channelId: 'a', status: 'CANCELLED', errorCode: 'gateway_crashed' }]);
    expect(checkpoint?.attempts[0]?.usage).toEqual(checkpoint?.progress.usage);
    expect(sink.frames).toHaveLength(2);
    const receipt = await end();
    expect(receipt.charge > (checkpoint?.charge ?? 0n)).toBe(true);
  });

  it('costs what the same delivery costs when the upstream breaks off', async () => {
    const { opened, open } = gate();
    const { checkpoints, ledger, end } = await delivering(['one two '], {
      acts: { a: [{ frames: ['one two '], until: opened, ...failing(null) }] },
    });
    await checkpoints.note();
    open();
    const broken = await end();
    const [checkpoint] = ledger.checkpoints[0] ?? [];
    expect(broken).toMatchObject({ stopReason: 'UPSTREAM_ERROR', usage: { source: 'FLOOR' } });
    expect(checkpoint?.progress.usage).toEqual(broken.usage);
    expect(checkpoint?.charge).toBe(broken.charge);
  });

  it('says how much audio was delivered, and costs what the text did and what was spoken', async () => {
    const { opened, open } = gate();
    const [piece, price] = [
      Buffer.alloc(100),
      aPrice({ id: 'spoken', classes: { characters: amount('1000'), audioOutput: amount('20') } }),
    ];
    const acts = { a: [{ audio: [piece, piece], usage: 'missing' as const, until: opened }] };
    const routes = [{ ...aRoute('m', 'ORDINARY', ['a']), price }];
    const set = stage({ endpoint: speech, body: { model: 'm', input: 'hello', voice: 'x' }, routes, acts });
    const served = set.serve();
    while (set.sink.audio.length < 2) await new Promise((resolve) => setImmediate(resolve));
    await set.gateway.checkpoints.note();
    open();
    const [checkpoint] = set.ledger.checkpoints[0] ?? [];
    expect(checkpoint?.progress.usage).toMatchObject({
      outputTokens: 42,
      classes: { characters: 5, audioOutputTokens: 42 },
      source: 'FLOOR',
    });
    expect(await served).toMatchObject({ charge: checkpoint?.charge, usage: { source: 'COUNTED' } });
    expect([set.sink.settledFirst, set.sink.audio.length]).toEqual([true, 3]);
  });

  it('names the attempts that ended before it, those of another hold included', async () => {
    const { opened, open } = gate();
    const set = stage({
      body: STREAM,
      key: { routePolicy: 'ORDINARY_FIRST', crossBucketFallback: true },
      routes: [aRoute('m', 'ORDINARY', ['off', 'a']), aRoute('m', 'OFFICIAL', [{ channelId: 'b', maxAttempts: 2 }])],
      acts: { a: [failing(500)], b: [failing(500), { frames: ['one two'], until: opened }] },
    });
    const served = set.serve();
    while (set.sink.frames.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await set.gateway.checkpoints.note();
    const [checkpoint] = set.ledger.checkpoints[0] ?? [];
    expect(checkpoint?.attempts.map(({ index, channelId, status }) => [index, channelId, status])).toEqual([
      [0, 'off', 'SKIPPED'],
      [1, 'a', 'FAILED'],
      [2, 'b', 'FAILED'],
      [3, 'b', 'CANCELLED'],
    ]);
    open();
    const receipt = await served;
    expect(checkpoint?.progress).toMatchObject({
      retryCount: receipt.retryCount,
      fallbackCount: receipt.fallbackCount,
      priceId: receipt.priceId,
    });
  });

  it('never costs more than was held, and says what is above it', async () => {
    const { checkpoints, ledger, end } = await delivering(['word '.repeat(95)], { routes: [aRoute('m', 'ORDINARY', ['a'])] });
    await checkpoints.note();
    const [hold] = ledger.open.values();
    const [checkpoint] = ledger.checkpoints[0] ?? [];
    const usage = checkpoint?.progress.usage ?? NO_USAGE;
    expect(usage.outputTokens).toBe(95);
    expect(checkpoint?.charge).toBe(hold?.amount);
    expect(checkpoint?.overage).toBe(chargeFor(usage, aPrice()) - (hold?.amount ?? 0n));
    await end();
  });

  it('is written when something was delivered since the last one, and only then', async () => {
    const none = await delivering([]);
    await none.checkpoints.note();
    expect(none.ledger.checkpoints).toEqual([]);
    await none.end();
    const { checkpoints, ledger, end } = await delivering(['one two']);
    await checkpoints.note();
    await checkpoints.note();
    expect(ledger.checkpoints).toHaveLength(1);
    await end();
    await checkpoints.note();
    expect(ledger.checkpoints).toHaveLength(1);
  });

  it('is tried again after a write that failed, and the failure harms nobody', async () => {
    const { checkpoints, ledger, end } = await delivering(['one two']);
    ledger.beforeCheckpoint = () => {
      throw new Error('away');
    };
    await checkpoints.note();
    ledger.beforeCheckpoint = () => undefined;
    await checkpoints.note();
    expect(ledger.checkpoints).toHaveLength(1);
    expect((await end()).status).toBe('SUCCEEDED');
  });

  it('waits for a counter that cannot count now, while others are noted, and the round never rejects', async () => {
    const set = stage({});
    let fails = true;
    const count = (text: string) => {
      if (fails && text.includes('odd')) throw new Error('Cannot find module');
      return set.gateway.counter.count(text);
    };
    const lines: string[] = [];
    const log = { warn: (_facts: object, line: string) => void lines.push(line) };
    const noted: unknown[][] = [];
    const store = { checkpoint: async (all: readonly unknown[]) => void noted.push([...all]) };
    const checkpoints = new Checkpoints({ store, counter: { ...LOADED, count }, clock: set.gateway.clock, log });
    const streams = await Promise.all(['odd two', 'one two'].map((text) => delivering([text], {}, checkpoints)));
    for (const _ of ['once', 'twice']) await expect(checkpoints.note()).resolves.toBeUndefined();
    expect(noted.map((all) => all.length)).toEqual([1]);
    expect(lines).toEqual(['what a stream has delivered cannot be counted: the next round tries again']);
    fails = false;
    await checkpoints.note();
    expect(noted.map((all) => all.length)).toEqual([1, 1]);
    await Promise.all(streams.map(({ end }) => end()));
  });

  it('is never made of a whole answer, which is delivered after its settlement', async () => {
    const { opened, open } = gate();
    const set = stage({ acts: { a: [{ frames: [], until: opened }] } });
    const served = set.serve();
    while (set.upstream.calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await set.gateway.checkpoints.note();
    expect(set.ledger.checkpoints).toEqual([]);
    open();
    await served;
  });

  it('is one of many in one write, and no write begins before the last one has ended', async () => {
    const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
    const set = stage({});
    const rounds = { begun: 0, slept: 0 };
    const { opened, open } = gate();
    const clock = {
      ...set.gateway.clock,
      sleep: async () => {
        rounds.slept += 1;
        await turn();
      },
    };
    const store = {
      checkpoint: async (all: readonly unknown[]) => {
        rounds.begun += 1;
        expect(all).toHaveLength(3);
        await opened;
      },
    };
    const checkpoints = new Checkpoints({ store, counter: { ...LOADED, ...set.gateway.counter }, clock, log: set.gateway.log });
    const streams = [1, 2, 3].map(() => delivering(['one two'], {}, checkpoints));
    const ends = await Promise.all(streams);
    checkpoints.start();
    checkpoints.start();
    for (let at = 0; at < 20; at += 1) await turn();
    expect(rounds).toEqual({ begun: 1, slept: 1 });
    open();
    for (let at = 0; at < 20; at += 1) await turn();
    expect(rounds.slept).toBeGreaterThan(5);
    checkpoints.stop();
    await Promise.all(ends.map(({ end }) => end()));
    expect(rounds.begun).toBe(1);
  });
});
