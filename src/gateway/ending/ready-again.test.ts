import type { Act } from '../../../test/support/fake-upstream';
import { failing, ok, type Scene, STREAM, stage } from '../../../test/support/stage';

const limited = (resetMs?: number): Act => ({ failure: { status: 429, ...(resetMs !== undefined && { resetMs }) } });

async function told(acts: Scene['acts'] & object, over: Scene = {}) {
  const set = stage({ ...over, acts });
  const { charge } = await set.serve();
  return { charge, code: set.sink.fault?.code, wait: set.sink.fault?.detail.retryAfterS, message: set.sink.fault?.publicMessage };
}

describe('a request that every channel refuses for its rate', () => {
  it('is told when the first of them takes requests again, in whole seconds, at no charge', async () => {
    expect(await told({ a: [limited(30_000)], b: [limited(12_400)] })).toEqual({
      charge: 0n,
      code: 'upstream_failed',
      wait: 13,
      message:
        'No channel of m:ORDINARY gave an answer (2 attempts). The providers say that their rate limits are reached: try again in 13 s.',
    });
  });

  it('is never told to wait for longer than the gateway itself waits', async () => {
    expect((await told({ a: [limited(36_000_000)], b: [limited(36_000_000)] })).wait).toBe(300);
  });

  it.each<[string, Scene['acts'] & object, Scene]>([
    ['one says nothing of its reset', { a: [limited(30_000)], b: [limited()] }, {}],
    ['one failed otherwise', { a: [limited(30_000)], b: [failing(500)] }, {}],
    ['one was not tried, and may be next time', { a: [limited(30_000)], b: [ok] }, { isLiving: async () => false }],
    [
      'one had begun to answer',
      { a: [limited(30_000)], b: [{ frames: ['one '], failure: { status: 429, resetMs: 30_000 } }] },
      { body: STREAM },
    ],
  ])('is told of no time where %s', async (_why, acts, over) => {
    const { code, wait } = await told(acts, over);
    expect([code, wait]).toEqual(['upstream_failed', undefined]);
  });
});
