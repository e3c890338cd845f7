/** Providers that do not stop, or hardly begin: each answer ends by a limit, the memory stays flat, the hold is closed. */
import { eventually, SLACK_MS } from '../support/eventually';
import { nanoOf } from '../support/forge-client';
import { onEachDatabase } from '../support/on-each-database';
import type { Script } from '../support/script';
import { callOnce, openHolds } from './one-call';
import { peakMemoryMb, residentMemoryMb } from './process-memory';

const MB = 1024 * 1024;
/** What a gateway may need above what it had, whatever a provider sends: far below what is sent here. */
const ROOM_MB = 160;
/** The hold for "hi" with fifty tokens of output. */
const HOLD = '0.000218';

const word = (content: string) => `data: ${JSON.stringify({ id: 'x', choices: [{ index: 0, delta: { content } }] })}\n\n`;
const bytesOf = (text: string) => [...text].map((character) => character);

onEachDatabase('an answer', (bed, promise) => {
  const call = async (model: string, script: Script, stream = true) => {
    bed.a.next(script);
    const before = residentMemoryMb(bed.gateway.pid);
    const startedAt = performance.now();
    const called = await callOnce(bed, { model, max_tokens: 50, stream });
    const tookMs = performance.now() - startedAt;
    // What is not Linux shows no memory, and this is then not looked at.
    const grownMb = peakMemoryMb(bed.gateway.pid) - before;
    if (!Number.isNaN(grownMb)) expect(grownMb).toBeLessThan(ROOM_MB);
    expect(await openHolds(bed)).toBe(0n);
    return { ...called, tookMs };
  };
  const leftBehind = () => eventually(() => expect(bed.a.served.every((served) => served.closed)).toBe(true));

  promise('that never ends is cut as BUDGET, costs its hold at most, and the provider is left', async () => {
    const { story, done, errorCode } = await call('only-ordinary', { endless: true, chunkDelayMs: 1 });
    expect([done, errorCode]).toEqual([false, 'output_limit_reached']);
    expect(story).toMatchObject({ status: 'FAILED', stopReason: 'BUDGET', charge: HOLD, hold: { amount: HOLD, state: 'SETTLED' } });
    await leftBehind();
  });

  promise('that never ends is delivered as far, and costs the same, whether it comes event by event or in one piece', async () => {
    const words = Array.from({ length: 400 }, (_, n) => word(`${n} `));
    const inOne = await call('only-ordinary', { raw: [words.join('')] });
    const oneByOne = await call('only-ordinary', { raw: words, chunkDelayMs: 1 });
    expect(inOne.text).toMatch(/^0 1 2 3 /);
    for (const { text, errorCode, story } of [inOne, oneByOne]) {
      expect([text, errorCode]).toEqual([inOne.text, 'output_limit_reached']);
      expect(story).toMatchObject({ stopReason: 'BUDGET', charge: HOLD, usage: { source: 'FLOOR' }, hold: { state: 'SETTLED' } });
      expect(story.attempts[0]?.timeToFirstTokenMs).not.toBeNull();
    }
    await leftBehind();
  });

  promise('of keep-alives alone ends at the total deadline as UPSTREAM_TIMEOUT, and is free', async () => {
    const { story, errorCode } = await call('hasty', { raw: Array(200).fill(': ping\n\n'), chunkDelayMs: 50 });
    expect(errorCode).toBe('upstream_timeout');
    expect(story).toMatchObject({ status: 'FAILED', stopReason: 'UPSTREAM_TIMEOUT', charge: '0', hold: { state: 'RELEASED' } });
    expect(story.attempts[0]?.errorCode).toBe('total_timeout');
    await leftBehind();
  });

  promise('that drips byte by byte ends at the total deadline as UPSTREAM_TIMEOUT, and pays for what was delivered', async () => {
    const drip = { raw: [word('one '), word('two '), ...bytesOf(word('three ').repeat(20))], chunkDelayMs: 120 };
    const { story, errorCode, text } = await call('hasty', drip);
    expect([text, errorCode]).toEqual(['one two ', 'upstream_timeout']);
    expect(story).toMatchObject({ status: 'FAILED', stopReason: 'UPSTREAM_TIMEOUT', usage: { source: 'FLOOR', outputTokens: 3 } });
    expect(nanoOf(story.charge)).toBe(BigInt(story.usage.inputTokens) * 1_000n + 12_000n);
    expect(story.attempts[0]?.errorCode).toBe('total_timeout');
    await leftBehind();
  });

  promise('of a byte now and then ends at the idle deadline as UPSTREAM_TIMEOUT, and pays for what was delivered', async () => {
    const { story, text } = await call('hasty', { raw: [word('one '), ...bytesOf(word('two '))], chunkDelayMs: 4_000 });
    expect(text).toBe('one ');
    expect(story).toMatchObject({
      status: 'FAILED',
      stopReason: 'UPSTREAM_TIMEOUT',
      usage: { source: 'FLOOR' },
      hold: { state: 'SETTLED' },
    });
    expect(story.attempts[0]?.errorCode).toBe('idle_timeout');
    await leftBehind();
  });

  promise('that stalls before its head ends at the first-byte deadline as UPSTREAM_TIMEOUT, and is free', async () => {
    const { story, status } = await call('hasty', { delayMs: 20_000 });
    expect(status).toBe(504);
    expect(story).toMatchObject({ stopReason: 'UPSTREAM_TIMEOUT', charge: '0', hold: { state: 'RELEASED' } });
  });

  promise('whose one event has no end is cut after eight million characters, and pays for what was delivered before it', async () => {
    const { story, text } = await call('only-ordinary', { raw: [word('one '), 'data: ', ...filling(40)], chunkDelayMs: 1 });
    expect(text).toBe('one ');
    expect(story).toMatchObject({ status: 'FAILED', stopReason: 'UPSTREAM_ERROR', usage: { source: 'FLOOR' }, hold: { state: 'SETTLED' } });
    expect(story.attempts[0]?.errorCode).toBe('answer_too_large');
    await leftBehind();
  });

  promise('whose one event is far beyond its limit is cut as BUDGET within seconds, undelivered, and is free', async () => {
    const { story, text, tookMs } = await call('only-ordinary', { raw: [word('x'.repeat(4 * MB)), word('one ')] });
    expect(text).toBe('');
    expect(story).toMatchObject({ status: 'FAILED', stopReason: 'BUDGET', charge: '0', hold: { state: 'RELEASED' } });
    // The whole gateway stands still while it counts: that must stay short for any text.
    expect(tookMs).toBeLessThan(3_000 + SLACK_MS);
    await leftBehind();
  });

  promise('whose whole body is larger than the gateway takes is 502, and free', async () => {
    const { story, status } = await call('only-ordinary', { raw: ['{"choices":[', ...filling(80)] }, false);
    expect(status).toBe(502);
    expect(story).toMatchObject({ stopReason: 'UPSTREAM_ERROR', charge: '0', hold: { state: 'RELEASED' } });
    expect(story.attempts[0]?.errorCode).toBe('answer_too_large');
    await leftBehind();
  });
});

/** So many mebibytes, all of them the same one. */
function filling(mebibytes: number): Buffer[] {
  return Array<Buffer>(mebibytes).fill(Buffer.alloc(MB, 0x78));
}
