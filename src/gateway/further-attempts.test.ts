import { failing, ok, play, STREAM, stage } from '../../test/support/stage';

describe('a gateway that slept', () => {
  it.each([
    [
      [true, true],
      ['a', 'a', 'b'],
    ],
    [
      [true, false],
      ['a', 'a'],
    ],
    [[false], ['a']],
  ])('asks before each further attempt whether it was declared dead, and sends no more then: %j', async (answers, sent) => {
    const living = [...answers];
    const isLiving = async () => living.shift() ?? false;
    const { upstream, attempts } = await play({ isLiving, acts: { a: [failing(500), failing(500)], b: [ok] } });
    expect(upstream.calls.map(({ channel }) => channel.id)).toEqual(sent);
    expect(attempts.at(-1)?.errorCode).toBe(sent.length === 3 ? null : 'gateway_cut_off');
  });

  it.each(['CLIENT_GONE', 'GATEWAY_STOPPED'] as const)('never sends one for a request that ended while it asked: %s', async (reason) => {
    const isLiving = async () => {
      set.interruption.happen(reason);
      return true;
    };
    const set = stage({ body: STREAM, isLiving, acts: { a: [failing(500), ok], b: [ok] } });
    expect(await set.serve()).toMatchObject({ stopReason: reason, charge: 0n });
    expect(set.upstream.calls).toHaveLength(1);
  });
});

describe('a request that every channel refused', () => {
  it('may be sent again where the provider may take the same in a moment, unless it blames the request', async () => {
    const twice = (failure: object) => [{ failure }, { failure }];
    const answered = async (failure: object) => (await play({ acts: { a: twice(failure), b: twice(failure) } })).sink.fault?.detail.retry;
    for (const status of [408, 409, 425]) expect(await answered({ kind: 'provider_error', status })).toBe(true);
    expect(await answered({ kind: 'provider_error', status: 409, atFault: 'request' })).toBeUndefined();
    expect(await answered({ kind: 'provider_error', status: 422 })).toBeUndefined();
  });
});
