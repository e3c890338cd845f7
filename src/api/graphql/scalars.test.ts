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
  const noon = (milliseconds: number) => Date.UTC(2026, 2, 1, 12, 0, 0, milliseconds);

  it.each([
    ['2026-03-01T12:00:00.123Z', 123],
    ['2026-03-01T12:00:00Z', 0],
    ['2026-03-01t12:00:00z', 0],
    ['2026-03-01 12:00:00+00:00', 0],
    ['2026-03-01T12:00:00.5+00:00', 500],
    ['2026-03-01T14:00:00+02:00', 0],
    ['2026-03-01T06:30:00.25-05:30', 250],
    ['2026-03-02T11:59:00+23:59', 0],
    ['2026-03-01T12:00:00.000-00:00', 0],
  ])('reads %s', (text, milliseconds) => {
    expect(DateTime.parseValue(text)).toBe(noon(milliseconds));
    expect(DateTime.parseLiteral(parseValue(JSON.stringify(text)), {})).toBe(noon(milliseconds));
  });

  it.each(['2026-03-01T12:00:00.123456+00:00', '2026-03-01T12:00:00.1239Z', '2026-03-01T13:00:00.123999999999+01:00'])(
    'cuts off what is below a millisecond: %s',
    (text) => expect(DateTime.parseValue(text)).toBe(noon(123)),
  );

  it('prints milliseconds in UTC', () => {
    expect(DateTime.serialize(noon(0))).toBe('2026-03-01T12:00:00.000Z');
  });

  it.each(['2026-03-01', '2026-03-01T12:00:00', '2026-03-01 12:00', '2026-03-01T12:00:00.123456'])(
    'refuses the local time %s, and asks for its offset',
    (text) => expect(() => DateTime.parseValue(text)).toThrow('DateTime must say its offset from UTC'),
  );

  it.each([
    '2026-02-30T12:00:00Z',
    '2026-03-01T25:00:00Z',
    '2026-03-01T24:00:00Z',
    '2026-03-01T12:00:00.Z',
    '2026-03-01T12:00:00+24:00',
    '2026-03-01T12:00:00+0200',
    '2026-03-01T12:00:00 +02:00',
    '0000-01-01T00:00:00+00:01',
    '9999-12-31T23:59:59-00:01',
    'yesterday',
    0,
    null,
  ])('refuses %p', (value) => {
    expect(() => DateTime.parseValue(value)).toThrow('DateTime must be an instant such as');
  });
});
