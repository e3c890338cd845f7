import { fc } from '../../test/support/properties';
import { addNano, divideUp, formatDecimal, type Nano, nano, parseDecimal } from './money';

describe('money', () => {
  it('reads back every amount that it prints, exactly', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 19n) + 1n, max: 10n ** 19n - 1n }), (units) => {
        expect(parseDecimal(formatDecimal(units))).toBe(units);
      }),
    );
  });

  it.each(['', '1.', '.5', '+1', '1e3', '0x10', ' 1', '1,5', '12345678901', '0.1234567891', 'NaN', '--1'])('refuses %p', (text) => {
    expect(parseDecimal(text)).toBeUndefined();
  });

  it('refuses numbers: an amount is a string', () => {
    expect(parseDecimal(0.8)).toBeUndefined();
  });

  it('prints no trailing zeros and keeps the sign of fractions', () => {
    expect(formatDecimal(140_000n)).toBe('0.00014');
    expect(formatDecimal(-1n)).toBe('-0.000000001');
    expect(formatDecimal(5_000_000_000n)).toBe('5');
  });

  it('does not compile when yuan meet dollars', () => {
    const yuan: Nano<'CNY'> = nano<'CNY'>(1n);
    const dollars: Nano<'USD'> = nano<'USD'>(2n);
    // @ts-expect-error the currencies differ
    const mixed = addNano(yuan, dollars);
    expect(mixed).toBe(3n);
  });

  it('divides up, towards the operator', () => {
    expect(divideUp(10n, 5n)).toBe(2n);
    expect(divideUp(11n, 5n)).toBe(3n);
    expect(divideUp(0n, 5n)).toBe(0n);
  });
});
