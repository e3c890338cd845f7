/**
 * The two scalars of the graph, both strict: what is not exactly in their form is refused, never guessed. An amount is never rounded; of
 * an instant, what is below a millisecond is cut off.
 */
import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { formatDecimal, parseDecimal } from '../../kernel/money';

/** Inside: nano units as bigint. On the wire: a decimal string. */
export const Decimal = new GraphQLScalarType<bigint, string>({
  name: 'Decimal',
  description: 'An exact decimal as a string, in units of its currency, at most 9 fraction digits: "0.00014". Never a float.',
  serialize: (value) => {
    if (typeof value !== 'bigint') throw new GraphQLError('Decimal holds nano units as bigint.');
    return formatDecimal(value);
  },
  parseValue: readDecimal,
  parseLiteral: (node) => writtenDown(node, readDecimal),
});

/** Inside: milliseconds since 1970. On the wire: RFC 3339 in UTC. */
export const DateTime = new GraphQLScalarType<number, string>({
  name: 'DateTime',
  description:
    'An instant, RFC 3339, UTC, milliseconds: "2026-03-01T12:00:00.000Z". It is also taken with another offset, and with more digits of a second, which are cut off.',
  serialize: (value) => {
    if (typeof value !== 'number') throw new GraphQLError('DateTime holds milliseconds since 1970.');
    return new Date(value).toISOString();
  },
  parseValue: readDateTime,
  parseLiteral: (node) => writtenDown(node, readDateTime),
});

/** RFC 3339, 5.6, which lets a space stand for the T. */
const INSTANT = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d+))?(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))$/;
const LOCAL = /^\d{4}-\d\d-\d\d(?:[Tt ][\d:.,]*)?$/;
const EXAMPLES = '"2026-03-01T12:00:00Z" or "2026-03-01T14:00:00.123456+02:00"';
const [FIRST, LAST] = [Date.parse('0000-01-01T00:00:00.000Z'), Date.parse('9999-12-31T23:59:59.999Z')];

/** @throws Error in words that the library puts behind what was written, and where: of an error of its own it takes neither. */
function writtenDown<T>(node: ValueNode, read: (value: unknown) => T): T {
  try {
    return read(node.kind === Kind.STRING ? node.value : undefined);
  } catch (error) {
    throw error instanceof GraphQLError ? new Error(error.message) : error;
  }
}

function readDecimal(value: unknown): bigint {
  const units = parseDecimal(value);
  if (units === undefined) {
    throw new GraphQLError('Decimal must be a string such as "12.5": at most ten digits before the point and nine after it, no exponent.');
  }
  return units;
}

function readDateTime(value: unknown): number {
  const text = typeof value === 'string' ? value : '';
  const instant = instantIn(INSTANT.exec(text));
  if (instant !== undefined && instant >= FIRST && instant <= LAST) return instant;
  if (!LOCAL.test(text)) throw new GraphQLError(`DateTime must be an instant such as ${EXAMPLES}, of a day and a time that exist.`);
  throw new GraphQLError(`DateTime must say its offset from UTC, or Z for none, because it is another instant in each zone: ${EXAMPLES}.`);
}

function instantIn(match: RegExpExecArray | null): number | undefined {
  if (match === null) return undefined;
  const [, day, time, fraction = '', sign, hours = '0', minutes = '0'] = match;
  const inUtc = `${day}T${time}.${fraction.slice(0, 3).padEnd(3, '0')}Z`;
  const local = Date.parse(inUtc);
  // A day that does not exist, such as the 30th of February, would be read as another one.
  if (Number.isNaN(local) || new Date(local).toISOString() !== inUtc) return undefined;
  const offset = (Number.parseInt(hours, 10) * 60 + Number.parseInt(minutes, 10)) * 60_000;
  return sign === '-' ? local + offset : local - offset;
}
