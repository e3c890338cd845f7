import { parseValue } from 'graphql';
import { DateTime, Decimal } from './scalars';

describe('Decimal', () => {
  it('is exact both ways, also above 2 to the 53rd', () => {
    expect(Decimal.parseValue('9007199254.740993001')).toBe(9007199254740993001n);
    expect(Decimal.serialize(9007199254740993001n)).toBe('9007199254.740993001');
    expect(Decimal.parseLiteral(parseValue('"-0.00014"'), {})).toBe(-140_000n);
  });

  it.each([1, 0.5, 1n, '1e3', '1.', '.5', '+1', ' 1', '0.0000000001', '12345678901', '', null, true])('refuses %p', (value) => {
    expect(() => Decimal.parseValue(value)).toThrow('Decimal must be a string');
  });

  it.each(['1', '1.5', 'true', 'null'])('refuses the literal %s', (literal) => {
    expect(() => Decimal.parseLiteral(parseValue(literal), {})).toThrow('Decimal must be a string');
  });

  it('never prints a number that may have been rounded', () => {
    expect(() => Decimal.serialize(1.5)).toThrow('bigint');
  });
});

describe('DateTime', () => {
  it.each([
    ['2026-03-01T12:00:00.123Z', 123],
    ['2026-03-01T12:00:00Z', 0],
    ['2026-03-01T12:00:00.5+00:00', 500],
  ])('reads %s', (text, milliseconds) => {
    expect(DateTime.parseValue(text)).toBe(Date.UTC(2026, 2, 1, 12, 0, 0, milliseconds));
  });

  it('prints milliseconds in UTC', () => {
    expect(DateTime.serialize(Date.UTC(2026, 2, 1, 12))).toBe('2026-03-01T12:00:00.000Z');
  });

  it.each([
    '2026-03-01',
    '2026-03-01T12:00:00',
    '2026-03-01T12:00:00+02:00',
    '2026-02-30T12:00:00Z',
    '2026-03-01T25:00:00Z',
    '2026-03-01T12:00:00.1234Z',
    0,
    null,
  ])('refuses %p', (value) => {
    expect(() => DateTime.parseValue(value)).toThrow('DateTime must be an instant in UTC');
  });
});
