/** The two scalars of the graph, both strict: what is not exactly in their form is refused, never rounded or guessed. */
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
  parseLiteral: (node) => readDecimal(stringIn(node)),
});

/** Inside: milliseconds since 1970. On the wire: RFC 3339 in UTC. */
export const DateTime = new GraphQLScalarType<number, string>({
  name: 'DateTime',
  description: 'An instant, RFC 3339, UTC, milliseconds: "2026-03-01T12:00:00.000Z".',
  serialize: (value) => {
    if (typeof value !== 'number') throw new GraphQLError('DateTime holds milliseconds since 1970.');
    return new Date(value).toISOString();
  },
  parseValue: readDateTime,
  parseLiteral: (node) => readDateTime(stringIn(node)),
});

const INSTANT = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,3}))?(?:Z|[+-]00:00)$/;

function stringIn(node: ValueNode): unknown {
  return node.kind === Kind.STRING ? node.value : undefined;
}

function readDecimal(value: unknown): bigint {
  const units = parseDecimal(value);
  if (units === undefined) {
    throw new GraphQLError('Decimal must be a string such as "12.5": at most ten digits before the point and nine after it, no exponent.');
  }
  return units;
}

function readDateTime(value: unknown): number {
  const match = typeof value === 'string' ? INSTANT.exec(value) : null;
  const text = match === null ? '' : `${match[1]}.${(match[2] ?? '').padEnd(3, '0')}Z`;
  const milliseconds = Date.parse(text);
  // A day that does not exist, such as the 30th of February, would be read as another one.
  if (Number.isNaN(milliseconds) || new Date(milliseconds).toISOString() !== text) {
    throw new GraphQLError('DateTime must be an instant in UTC such as "2026-03-01T12:00:00.000Z", with at most three fraction digits.');
  }
  return milliseconds;
}
