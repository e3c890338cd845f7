import { aPrice } from '../../../test/support/catalog-builders';
import { anAttempt, anEntry, aRecord, aUsage, settled } from '../../../test/support/receipt-builders';
import { nano } from '../../kernel/money';
import type { ReceiptRecord } from '../../ledger/receipt';
import { chargeFor } from '../../metering/charge';
import { explainSpend } from './explain-spend';
import { viewReceipt } from './receipt-view';

const PRICE = aPrice({ id: 'p', input: nano(1_500_000_000n), output: nano(3_000_000_000n), perRequest: nano(10_000_000n) });
const USAGE = aUsage(3, 1);

function textOf(
  price = PRICE,
  record: Partial<ReceiptRecord> = {},
  attempt: Parameters<typeof anAttempt>[2] = {},
  primary = price,
): string {
  const charge = chargeFor(USAGE, price);
  const receipt = settled(aRecord('r', { usage: USAGE, priceId: price.id, charge, holdAmount: charge, ...record }));
  const view = viewReceipt({
    receipt,
    attempts: [anAttempt('r', 0, attempt)],
    prices: new Map([price, primary].map((each) => [each.id, each])),
  });
  return explainSpend(anEntry('e', { kind: 'CHARGE', receiptId: 'r', amount: nano(-charge) }), view).text;
}

describe('the explanation of a charge', () => {
  it('says the formula with every number in it, so that it can be added up by hand', () => {
    expect(textOf()).toContain(
      'input tokens: 3 × 1.5 per million = 0.0000045; output tokens: 1 × 3 per million = 0.000003; request = 0.01; together 0.0100075 CNY.',
    );
    const doubled = aPrice({ ...PRICE, multiplier: 2_000_000_000n });
    expect(textOf(doubled)).toContain('request = 0.02; together 0.020015 CNY, with the multiplier 2 in each.');
  });

  it('says which of the prices of its version a long prompt has, and nothing of lengths where it has none of them', () => {
    const above = (tokens: number) => ({ above: tokens, input: nano(2_000_000_000n), output: nano(4_000_000_000n) });
    const passed = textOf(aPrice({ ...PRICE, longPrompts: [above(1), above(2), above(3)] }));
    expect(passed).toContain('at price version p for prompts above 2 input tokens, rounded up once');
    expect(passed).toContain('input tokens, prompt above 2: 3 × 2 per million = 0.000006;');
    expect(textOf(aPrice({ ...PRICE, longPrompts: [above(3)] }))).toContain('at price version p, rounded up once');
  });

  it('speaks of one token as of one, of cached ones where there are some, and of the balance in its currency', () => {
    expect(textOf()).toContain('3 input tokens and 1 output token, as the provider counted them');
    const usage = { ...aUsage(1, 2), cachedInputTokens: 1 };
    expect(textOf(PRICE, { usage })).toContain('1 input token (1 of them cached) and 2 output tokens, ');
    expect(textOf()).toMatch(/ went from [\d.]+ to [\d.]+ CNY\.$/);
  });

  it.each([
    [1_000_000_000n, 'made it 0.0000015 CNY dearer than the primary channel'],
    [2_500_000_000n, 'made it 0.000003 CNY cheaper than the primary channel'],
    [1_500_000_000n, 'changed nothing of the price'],
  ])('says what the move to a backup came to, where the input of the primary costs %s: it %s', (input, words) => {
    const record = { fallbackCount: 1, primaryPriceId: 'primary', holdAmount: nano(1_000_000_000n) };
    expect(textOf(PRICE, record, {}, aPrice({ ...PRICE, id: 'primary', input: nano(input) }))).toContain(`The fallback ${words}.`);
  });

  it('says that it ends at what was certain, where the gateway stopped before the end', () => {
    const words = 'The gateway that served it stopped before its end, so only what was certain is charged.';
    expect([textOf(PRICE, { recovered: true }).includes(words), textOf().includes(words)]).toEqual([true, false]);
  });

  it('says why an answer broke off that had begun well, and the status of one that did not', () => {
    const broken = { status: 'FAILED', providerStatus: 200, errorCode: 'connection_lost' } as const;
    expect(textOf(PRICE, {}, broken)).toContain('failed (connection_lost).');
    expect(textOf(PRICE, {}, { ...broken, providerStatus: 503 })).toContain('failed (status 503).');
  });
});

describe('the explanation of money that was moved', () => {
  const refund = (memo: string | null) => explainSpend(anEntry('e', { kind: 'REFUND', receiptId: 'r', amount: nano(5n), memo }), null).text;

  it.each([
    ['TOP_UP', 5_000_000_000n, 'A top-up added 5 CNY to RMB.', 'a top-up'],
    ['REDEMPTION', 5_000_000_000n, 'A redemption code added 5 CNY to RMB.', 'a redemption code'],
    ['REFUND', 5_000_000_000n, 'A refund of the charge of the request r added 5 CNY to RMB.', 'a refund'],
    ['ADJUSTMENT', 5_000_000_000n, 'An adjustment by the operator added 5 CNY to RMB.', 'an adjustment by the operator'],
    ['ADJUSTMENT', -5_000_000_000n, 'An adjustment by the operator took 5 CNY from RMB.', 'an adjustment by the operator'],
  ] as const)(
    'says whether it was added to a balance or taken from it, in its text and in its line: %s of %s',
    (kind, moved, words, label) => {
      const entry = anEntry('e', { kind, amount: nano(moved), receiptId: kind === 'REFUND' ? 'r' : null });
      const { text, lines } = explainSpend(entry, null);
      expect(text.startsWith(words)).toBe(true);
      expect(lines).toEqual([{ label, tokens: null, unitPrice: null, amount: moved }]);
    },
  );

  it('sets what was noted apart from its own words', () => {
    expect(refund('sorry')).toMatch(/ It was noted as "sorry"\. The balance of /);
    for (const none of [null, '']) expect(refund(none)).not.toContain('noted');
  });
});
