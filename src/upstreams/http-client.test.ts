import { addressMs } from './http-client';

describe('an address of a provider that has several', () => {
  it.each([
    [100, 250],
    [1_000, 250],
    [3_000, 750],
    [60_000, 1_000],
  ])('is given up for the next one after a quarter of the connect deadline, within bounds: of %i ms after %i', (connectMs, ms) => {
    expect(addressMs(connectMs)).toBe(ms);
  });
});
