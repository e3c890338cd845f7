import { aPrice } from '../../../test/support/catalog-builders';
import { fc } from '../../../test/support/properties';
import { aHold, anAttempt, aRecord, aRequest, aUsage, inFlight, settled } from '../../../test/support/receipt-builders';
import { FAULT_RULES } from '../../kernel/fault-codes';
import { formatDecimal, minNano, nano } from '../../kernel/money';
import { STOP_REASONS } from '../../kernel/words';
import type { ReceiptRecord } from '../../ledger/receipt';
import { chargeFor } from '../../metering/charge';
import type { PriceVersion } from '../../routing/catalog';
import { STOP_RULES } from '../ending/stop-reasons';
import { viewReceipt } from './receipt-view';

const CHEAP = aPrice({ id: 'cheap', input: nano(1_000_000_000n), output: nano(4_000_000_000n) });
const DEAR = aPrice({ id: 'dear', input: nano(2_000_000_000n), output: nano(5_000_000_000n) });
const FREE = aPrice({ id: 'free', input: nano(0n), output: nano(0n) });
const PRICES: ReadonlyMap<string, PriceVersion> = new Map([CHEAP, DEAR, FREE].map((price) => [price.id, price]));

function viewOf(record: Partial<ReceiptRecord>, attempts = [] as Parameters<typeof viewReceipt>[0]['attempts']) {
  const { holdAmount } = { ...aRecord('r'), ...record };
  const hold = holdAmount === null ? null : aHold({ amount: holdAmount });
  return viewReceipt({ receipt: settled(aRecord('r', record), hold), attempts, prices: PRICES });
}

const charged = (price: PriceVersion, hold = 1_000_000_000n) => {
  const usage = aUsage(1_000, 500);
  return { usage, priceId: price.id, holdAmount: nano(hold), charge: minNano(chargeFor(usage, price), nano(hold)) };
};

describe('the lines of a receipt', () => {
  it('add up to the charge exactly, for every usage, price and hold', () => {
    const tokens = fc.integer({ min: 0, max: 2_000_000 });
    const amounts = fc.bigInt({ min: 0n, max: 10n ** 13n });
    const cases = fc.record({
      input: tokens,
      cached: tokens,
      output: tokens,
      price: amounts,
      multiplier: fc.bigInt({ min: 1n, max: 3n * 10n ** 9n }),
      hold: amounts,
    });
    fc.assert(
      fc.property(cases, ({ input, cached, output, price, multiplier, hold }) => {
        const usage = aUsage(input + cached, output, { cachedInputTokens: cached });
        const version = aPrice({ id: 'any', input: nano(price), output: nano(price / 3n), cachedInput: nano(price / 7n), multiplier });
        const charge = minNano(chargeFor(usage, version), nano(hold));
        const receipt = settled(aRecord('r', { usage, charge, priceId: 'any', holdAmount: nano(hold) }));
        const { lines } = viewReceipt({ receipt, attempts: [], prices: new Map([['any', version]]) });
        expect(lines.reduce((sum, line) => sum + line.amount, 0n)).toBe(charge);
      }),
    );
  });

  it('are none where nothing was used', () => {
    expect(viewOf({ usage: aUsage(0, 0, { source: 'NONE' }), charge: nano(0n), priceId: 'cheap' }).lines).toEqual([]);
  });

  it('are none, and nothing breaks, where the price version is not known', () => {
    expect(viewOf({ priceId: null }).lines).toEqual([]);
  });
});

describe('the cost of a fallback', () => {
  const fellBack = (final: PriceVersion, primary: PriceVersion, hold?: bigint) =>
    viewOf({ ...charged(final, hold), primaryPriceId: primary.id, fallbackCount: 1 }).fallbackDelta;

  it('is the difference to what the primary would have charged for the same tokens', () => {
    expect(fellBack(DEAR, CHEAP)).toBe(chargeFor(aUsage(1_000, 500), DEAR) - chargeFor(aUsage(1_000, 500), CHEAP));
  });

  it('is negative when the backup was cheaper, and zero when it cost the same', () => {
    expect(fellBack(CHEAP, DEAR)).toBe(chargeFor(aUsage(1_000, 500), CHEAP) - chargeFor(aUsage(1_000, 500), DEAR));
    expect(fellBack(CHEAP, CHEAP)).toBe(0n);
  });

  it('measures the primary under the same hold, so that a cap is not taken for a saving', () => {
    expect(fellBack(CHEAP, DEAR, chargeFor(aUsage(1_000, 500), CHEAP))).toBe(0n);
  });

  it('is what the primary would have charged where the backup is free', () => {
    expect(fellBack(FREE, CHEAP)).toBe(-chargeFor(aUsage(1_000, 500), CHEAP));
  });

  it('is null without a fallback, without a charge, and without the price of the primary', () => {
    expect(viewOf({ ...charged(CHEAP), primaryPriceId: 'dear' }).fallbackDelta).toBeNull();
    expect(viewOf({ fallbackCount: 1, primaryPriceId: 'dear', charge: nano(0n) }).fallbackDelta).toBeNull();
    const nothing = aUsage(0, 0, { source: 'NONE' });
    expect(viewOf({ ...charged(FREE), fallbackCount: 2, primaryPriceId: 'dear', usage: nothing }).fallbackDelta).toBeNull();
    expect(viewOf({ ...charged(CHEAP), fallbackCount: 1, primaryPriceId: 'gone' }).fallbackDelta).toBeNull();
  });
});

describe('texts for people', () => {
  it.each(STOP_REASONS)('%s without a charge says why, and after a failure what to do next', (stopReason) => {
    const { status, fault, noChargeReason } = STOP_RULES[stopReason];
    const free = { charge: nano(0n), usage: aUsage(0, 0, { source: 'NONE' }), noChargeReason } as const;
    const view = viewOf({ ...free, status, stopReason, errorCode: fault ?? (status === 'SUCCEEDED' ? null : 'insufficient_quota') });
    expect(view.noChargeReason).toMatch(/^[A-Z].+\.$/);
    if (status === 'SUCCEEDED') expect(view.nextStep).toBeNull();
    else expect(view.nextStep).toMatch(/^[A-Z].+\.$/);
  });

  it.each(STOP_REASONS)('%s with a charge invites nobody to try again', (stopReason) => {
    const { status, fault } = STOP_RULES[stopReason];
    expect(viewOf({ ...charged(CHEAP), status, stopReason, errorCode: fault }).nextStep ?? '').not.toMatch(/\b(try|send)\b.*\bagain\b/i);
  });

  it('invite to try again after what may pass, while nothing was charged for it', () => {
    const late = { status: 'FAILED', stopReason: 'UPSTREAM_TIMEOUT', errorCode: 'upstream_timeout' } as const;
    expect(viewOf({ ...late, charge: nano(0n) }).nextStep).toBe(FAULT_RULES.upstream_timeout.nextStep);
    expect(viewOf({ ...charged(CHEAP), ...late }).nextStep).toMatch(/^Use what was delivered/);
    const cut = { status: 'FAILED', stopReason: 'BUDGET', errorCode: 'output_limit_reached' } as const;
    expect(viewOf({ ...charged(CHEAP), ...cut }).nextStep).toBe(FAULT_RULES.output_limit_reached.nextStep);
  });

  it('send nobody to an answer that no channel gave, nor to a window that a budget does not have', () => {
    const free = { charge: nano(0n), usage: aUsage(0, 0, { source: 'NONE' }), status: 'FAILED' } as const;
    const none = viewOf({ ...free, stopReason: 'NO_CHANNEL', errorCode: STOP_RULES.NO_CHANNEL.fault });
    expect(none.nextStep).toMatch(/^Choose another model or route, or ask the operator .* why each one was passed over\.$/);
    expect(none.nextStep).not.toMatch(/again/);
    const over = viewOf({ ...free, stopReason: 'REFUSED', errorCode: 'spend_limit_reached' });
    expect(over.nextStep).toMatch(/the limit or the budget .* begins anew, where it does\.$/);
  });

  it('send nobody to correct what may pass by itself', () => {
    const told = (providerStatus: number) =>
      viewOf({ status: 'FAILED', stopReason: 'REJECTED', errorCode: 'upstream_rejected', charge: nano(0n), providerStatus }).nextStep;
    expect(told(409)).toMatch(/^Try again in a moment, unless /);
    expect(told(422)).toBe(FAULT_RULES.upstream_rejected.nextStep);
  });

  it('promise no next step for a code that is not in the table', () => {
    expect(viewOf({ status: 'FAILED', errorCode: 'from_another_version' }).nextStep).toBeNull();
  });

  it('say of every attempt what it cost and why', () => {
    const { attempts } = viewOf(charged(CHEAP), [
      anAttempt('r', 0, { status: 'SKIPPED' }),
      anAttempt('r', 1, { status: 'FAILED' }),
      anAttempt('r', 2, { status: 'SUCCEEDED', usage: aUsage(1_000, 500), charge: nano(3_000_000n) }),
    ]);
    expect(attempts.map(({ id, chargeReason }) => [id, chargeReason])).toEqual([
      ['r:0', expect.stringContaining('passed over')],
      ['r:1', expect.stringContaining('not charged')],
      ['r:2', '1000 input and 500 output tokens at price version cheap cost 0.003 CNY.'],
    ]);
  });

  it.each([
    [{ images: 2 }, ' (pictures: 2)'],
    [{ milliseconds: 3_500 }, ' (seconds of audio: 3.5)'],
    [{ characters: 11 }, ' (characters spoken: 11)'],
    [{ audioOutputTokens: 4 }, ''],
  ])('of what has a price beside its tokens, name that too: %j', (classes, beside) => {
    const usage = aUsage(10, 4, { classes });
    const { attempts } = viewOf(charged(CHEAP), [anAttempt('r', 0, { usage, charge: nano(3_000_000n) })]);
    expect(attempts[0]?.chargeReason).toBe(`10 input and 4 output tokens${beside} at price version cheap cost 0.003 CNY.`);
  });

  it('of a usage that costs more than was held say what it costs, and who bears the rest', () => {
    const usage = aUsage(1_000, 500);
    const { attempts } = viewOf(charged(CHEAP, 1_000_000n), [anAttempt('r', 0, { usage, charge: nano(1_000_000n) })]);
    const cost = formatDecimal(chargeFor(usage, CHEAP));
    expect(attempts[0]?.chargeReason).toBe(
      `1000 input and 500 output tokens at price version cheap cost ${cost} CNY; 0.001 CNY was held and is charged, the operator bears the rest.`,
    );
  });

  it('of a prompt that passed a threshold of the price name it as the lines do, and of one that only reached it do not', () => {
    const long = aPrice({ ...CHEAP, longPrompts: [500, 999, 1_000].map((above) => ({ above, input: nano(1n), output: nano(1n) })) });
    const usage = aUsage(1_000, 500);
    const receipt = settled(aRecord('r', { usage, charge: nano(3_000_000n), priceId: long.id }));
    const attempts = [anAttempt('r', 0, { status: 'FAILED' }), anAttempt('r', 1, { usage, charge: nano(3_000_000n) })];
    const view = viewReceipt({ receipt, attempts, prices: new Map([[long.id, long]]) });
    expect(view.attempts[0]?.chargeReason).not.toContain('prompt above');
    expect(view.attempts[1]?.chargeReason).toBe(
      '1000 input and 500 output tokens at price version cheap, prompt above 999, cost 0.003 CNY.',
    );
    expect(view.lines.map(({ label }) => label)).toContain('input tokens, prompt above 999');
  });

  it('say of one that was cut, or that answered with what has no price, what the receipt says', () => {
    const noChargeReason = 'The client left before any output was delivered.';
    const free = { usage: aUsage(0, 0, { source: 'NONE' }), charge: nano(0n), noChargeReason } as const;
    const reasonOf = (status: 'CANCELLED' | 'FAILED') => viewOf(free, [anAttempt('r', 0, { status })]).attempts[0]?.chargeReason;
    expect(reasonOf('CANCELLED')).toBe(noChargeReason);
    expect(reasonOf('FAILED')).toMatch(/failed attempts are not charged/);
  });

  it('of one that broke off in what it delivered, where nothing has a price, is that of the receipt', () => {
    const noChargeReason = 'What was delivered used nothing that has a price.';
    const usage = aUsage(1_000, 500, { source: 'FLOOR' });
    const { attempts } = viewOf({ usage, charge: nano(0n), noChargeReason, stopReason: 'UPSTREAM_ERROR', status: 'FAILED' }, [
      anAttempt('r', 0, { status: 'FAILED', usage: aUsage(1_000, 0) }),
      anAttempt('r', 1, { status: 'FAILED', usage }),
      anAttempt('r', 2, { status: 'SKIPPED' }),
    ]);
    expect(attempts.map(({ chargeReason }) => chargeReason)).toEqual([
      expect.stringContaining('not charged'),
      noChargeReason,
      expect.stringContaining('passed over'),
    ]);
  });
});

describe('a request in flight', () => {
  it('has been charged nothing yet, and shows its open hold', () => {
    const view = viewReceipt({ receipt: inFlight(aRequest('r')), attempts: [], prices: PRICES });
    expect(view).toMatchObject({
      status: 'IN_FLIGHT',
      stopReason: null,
      settledAt: null,
      charge: 0n,
      lines: [],
      nextStep: null,
      currency: 'CNY',
    });
    expect(view.hold?.state).toBe('OPEN');
  });
});
