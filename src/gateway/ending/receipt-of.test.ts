import { aRoute } from '../../../test/support/catalog-builders';
import { failing, ok, play, stage } from '../../../test/support/stage';
import { nano } from '../../kernel/money';

describe('the receipt of a request', () => {
  it('says how long it took from its arrival on, and that no other process had to end it', async () => {
    const set = stage({ headers: { receivedTick: 1_000 } });
    set.gateway.clock.monotonic = () => 2_234.6;
    expect(await set.serve()).toMatchObject({ latencyMs: 1_235, recovered: false });
  });

  it('has the first token of the attempt that answered, not of those that were passed over or failed', async () => {
    const { receipt, attempts } = await play({
      routes: [aRoute('m', 'ORDINARY', ['off', 'a', 'b'])],
      acts: { a: [failing(500)], b: [ok] },
    });
    expect(attempts.map(({ status }) => status)).toEqual(['SKIPPED', 'FAILED', 'SUCCEEDED']);
    expect(receipt.timeToFirstTokenMs).toBe(attempts[2]?.timeToFirstTokenMs);
    expect(receipt.timeToFirstTokenMs).not.toBeNull();
  });

  it('says of a whole answer that used nothing with a price that this is why it was free', async () => {
    const route = aRoute('m', 'ORDINARY', ['a']);
    const free = { ...route, price: { ...route.price, input: nano(0n), output: nano(0n) } };
    const { receipt } = await play({ routes: [free] });
    expect([receipt.charge, receipt.noChargeReason]).toEqual([0n, 'The answer used nothing that has a price.']);
  });
});
