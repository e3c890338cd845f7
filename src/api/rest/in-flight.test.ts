import { InFlight } from './in-flight';

describe('a drain', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('ends at once when nothing is in flight', async () => {
    await new InFlight().drain(30_000);
  });

  it('waits for every call and cuts none that ends in time', async () => {
    const inFlight = new InFlight();
    const cuts: string[] = [];
    const leave = [inFlight.enter((reason) => cuts.push(reason)), inFlight.enter((reason) => cuts.push(reason))];
    let drained = false;
    const draining = inFlight.drain(30_000).then(() => {
      drained = true;
    });
    leave[0]?.();
    await jest.advanceTimersByTimeAsync(29_999);
    expect(drained).toBe(false);
    leave[1]?.();
    await draining;
    expect(cuts).toEqual([]);
  });

  it('cuts what still runs when its time is up, and waits for its settlement', async () => {
    const inFlight = new InFlight();
    const cuts: string[] = [];
    const leave = inFlight.enter((reason) => cuts.push(reason));
    const draining = inFlight.drain(30_000);
    await jest.advanceTimersByTimeAsync(30_000);
    expect(cuts).toEqual(['GATEWAY_STOPPED']);
    leave();
    await draining;
  });

  it('cuts at once what comes behind it, such as a request whose body was still on its way', async () => {
    const inFlight = new InFlight();
    await inFlight.drain(30_000);
    const cuts: string[] = [];
    inFlight.enter((reason) => cuts.push(reason));
    expect(cuts).toEqual(['GATEWAY_STOPPED']);
  });
});
