import { Liveness } from './liveness';

const failing = (code: string) => () => Promise.reject(Object.assign(new Error(code), { code }));

/** A database that is asked after one millisecond of waiting, and work that ends when it is told to. */
function waiting(ask: () => Promise<unknown>) {
  const seen = { asked: 0, silences: 0 };
  let end: (result: string) => void = () => undefined;
  let enough: () => void = () => undefined;
  const askedThrice = new Promise<void>((resolve) => {
    enough = resolve;
  });
  const liveness = new Liveness({
    ask: () => {
      seen.asked += 1;
      if (seen.asked === 3) enough();
      return ask();
    },
    onSilence: () => {
      seen.silences += 1;
    },
    patienceMs: 1,
  });
  const working = new Promise<string>((resolve) => {
    end = resolve;
  });
  return { liveness, working, seen, askedThrice, end: (result: string) => end(result) };
}

describe('waiting for a database', () => {
  it.each([
    ['answers', () => Promise.resolve()],
    ['has too many connections', failing('ER_CON_COUNT_ERROR')],
    ['cannot be asked, because this machine has no descriptor left', failing('EMFILE')],
    ['cannot be asked, because its name cannot be looked up', failing('EAI_AGAIN')],
  ])('that %s goes on for as long as the work takes', async (_what, ask) => {
    const { liveness, working, seen, askedThrice, end } = waiting(ask);
    const result = liveness.during(() => working);
    await askedThrice;
    end('done');
    expect(await result).toBe('done');
    expect(seen.silences).toBe(0);
  });

  it.each(['ETIMEDOUT', 'ECONNREFUSED', 'EHOSTUNREACH', 'ECONNRESET', 'PROTOCOL_CONNECTION_LOST', 'PROTOCOL_SEQUENCE_TIMEOUT'])(
    'that says nothing (%s) ends for all who wait, and their work knows that nobody wants it',
    async (code) => {
      const { liveness, working, seen } = waiting(failing(code));
      const wanted: (() => boolean)[] = [];
      const heard = await Promise.allSettled(
        [1, 2, 3].map(() =>
          liveness.during((isWanted) => {
            wanted.push(isWanted);
            return working;
          }),
        ),
      );
      expect(heard).toEqual([1, 2, 3].map(() => ({ status: 'rejected', reason: expect.objectContaining({ code: 'ETIMEDOUT' }) })));
      expect(seen.silences).toBe(seen.asked);
      expect(wanted.map((isWanted) => isWanted())).toEqual([false, false, false]);
    },
  );

  it('that is another one by now ends for all who wait, although it answers', async () => {
    const { liveness, working, seen } = waiting(() => Promise.resolve());
    const heard = Promise.allSettled([1, 2].map(() => liveness.during(() => working)));
    liveness.giveUp();
    expect(await heard).toEqual([1, 2].map(() => ({ status: 'rejected', reason: expect.objectContaining({ code: 'ETIMEDOUT' }) })));
    expect(seen.silences).toBe(1);
  });

  it('that answers in time is never asked', async () => {
    const { liveness, seen } = waiting(failing('ETIMEDOUT'));
    expect(await liveness.during(async () => 'at once')).toBe('at once');
    expect(seen.asked).toBe(0);
  });
});
