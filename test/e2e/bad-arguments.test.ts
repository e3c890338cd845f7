/**
 * Every argument of the graph with values that are wrong for it, made from the schema. The answer says what is wrong, it is never
 * an error of ours, and nothing broke behind it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, type GraphQLInputType, getNamedType, isEnumType, isInputObjectType, isListType, isNonNullType } from 'graphql';
import { OPERATOR_TOKEN } from '../support/gateway-process';
import { type Field, neededValues, operationOf, type Place, placesOfScalars, rootFields, valuesWith } from '../support/generated-queries';
import { onEachDatabase } from '../support/on-each-database';
import { seededRandom } from '../support/seeded-random';
import { secretOf, tokenOf } from '../support/shop-catalog';
import { sideBySide } from '../support/side-by-side';

const SCHEMA = buildSchema(readFileSync(join(__dirname, '..', '..', 'schema', 'schema.graphql'), 'utf8'));
const KNOWN = { ID: 'nobody', String: 'something', Int: 1, Float: 0.5, Boolean: false, Decimal: '1', DateTime: '2030-01-01T00:00:00.000Z' };

/** There are thousands: each run tries another share of them, and with `EVERY_CASE=1` all. */
const TRIED = process.env['EVERY_CASE'] === undefined ? 0.25 : 1;

/** Not of the type at all: refused before anything runs, by the name of the variable. */
const NOT_OF_TYPE: Readonly<Record<string, readonly unknown[]>> = {
  Int: ['many', 1.5, 2 ** 40, true, {}],
  Float: ['much', true, {}],
  Boolean: ['yes', 1],
  Decimal: [1.5, 7, '', 'abc', '1e5', ' 1', '1,5', '0x10', '99999999999', '1.0000000001', null, []].filter((value) => value !== null),
  DateTime: ['yesterday', '2030-02-30T00:00:00Z', '2030-01-01', 5, ''],
  String: [5, {}, ['a', 'b']],
  ID: [{}, 1.5, true],
};

/** Of the type, and strange: no such thing, or nothing that could be meant. */
const STRANGE: Readonly<Record<string, readonly unknown[]>> = {
  Int: [-1, 0, 2 ** 31 - 1, -(2 ** 31)],
  Float: [-1, 0, 1e308, -1e308, 5e-324],
  Decimal: ['-1', '0', '9999999999.999999999', '-9999999999'],
  DateTime: ['1970-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z', '0001-01-01T00:00:00.000Z'],
  String: ['', ' ', 'x'.repeat(20_000), '\u0000', '💥', '%', "'; DROP TABLE wallet; --", '../..', '\ud800'],
  ID: ['', 'x'.repeat(20_000), '\u0000', '💥', "' OR 1=1 --", '%', '00000000-0000-0000-0000-000000000000'],
};

const VIEWERS = { operator: OPERATOR_TOKEN, owner: tokenOf('acme'), key: secretOf('chat') };

onEachDatabase('an argument that is wrong', (bed, promise) => {
  const random = seededRandom();
  const ask = async (token: string, kind: 'query' | 'mutation', field: Field, values: Readonly<Record<string, unknown>>) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const body = JSON.stringify({ query: operationOf(kind, field, values), variables: values });
    const response = await fetch(`${bed.gateway.origin}/graphql`, { method: 'POST', headers, body });
    return { status: response.status, text: await response.text() };
  };

  const casesOf = (kind: 'query' | 'mutation', wrong: Readonly<Record<string, readonly unknown[]>>) =>
    rootFields(SCHEMA, kind)
      .flatMap((field) =>
        placesOfScalars(field).flatMap(({ place, type }) => (wrong[type] ?? []).map((value) => ({ field, place, value }))),
      )
      .filter(() => random.chance(TRIED));

  for (const kind of ['query', 'mutation'] as const) {
    promise(
      `of another type is refused by its name, in each ${kind}`,
      async () => {
        // Before anything is asked of a database.
        if (bed.kind === 'mysql') return;
        const silent: string[] = [];
        await sideBySide(casesOf(kind, NOT_OF_TYPE), async ({ field, place, value }) => {
          const { status, text } = await ask(
            OPERATOR_TOKEN,
            kind,
            field,
            valuesWith(field, neededValues(field, KNOWN), place, value, KNOWN),
          );
          const names = text.includes(`$${place[0]}`) && text.includes(place.at(-1) ?? '');
          if (status >= 500 || !text.includes('"errors"') || !names)
            silent.push(`${at(field, place)} = ${JSON.stringify(value)}: ${status} ${text}`);
        });
        expect(silent).toEqual([]);
      },
      600_000,
    );

    for (const [who, token] of Object.entries(VIEWERS)) {
      promise(
        `that is strange is answered, and never as an error of ours; a mutation that refuses it names it: the ${who}, in each ${kind}`,
        async () => {
          const broken: string[] = [];
          await sideBySide(casesOf(kind, STRANGE), async ({ field, place, value }) => {
            const { status, text } = await ask(token, kind, field, valuesWith(field, neededValues(field, KNOWN), place, value, KNOWN));
            if (status >= 500 || /INTERNAL_SERVER_ERROR|internal_error/.test(text)) {
              broken.push(`${at(field, place)} = ${JSON.stringify(value).slice(0, 60)}: ${status} ${text.slice(0, 300)}`);
            }
            if (kind === 'mutation') broken.push(...unnamedIn(text).map((message) => `${at(field, place)}: ${message}`));
          });
          expect(broken).toEqual([]);
        },
        600_000,
      );
    }
  }

  promise('is tried in every place of the schema that takes a value', () => {
    const unknown = [...rootFields(SCHEMA, 'query'), ...rootFields(SCHEMA, 'mutation')].flatMap((field) =>
      field.args.flatMap((argument) => unknownIn(argument.type, `${field.name}(${argument.name})`)),
    );
    expect(unknown).toEqual([]);
  });
});

interface Answer {
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly faultCode?: string; readonly param?: string } }[];
}

/** Refusals that do not say of which argument they are, or what it was that there is not: in quotes, so that an empty one is seen. */
function unnamedIn(text: string): string[] {
  const { errors = [] } = JSON.parse(text) as Answer;
  const refusals = errors.filter(({ extensions }) => ['not_found', 'invalid_request'].includes(extensions.faultCode ?? ''));
  const unnamed = refusals.filter(
    ({ extensions, message }) => extensions.param === undefined || /^There is no [\w ]+[^\w "]/.test(message),
  );
  return unnamed.map(({ message }) => message.slice(0, 99));
}

const at = (field: Field, place: Place) => `${field.name}(${place.join('.')})`;

/** Places whose type is in no table above: neither an enum nor one of the scalars. */
function unknownIn(type: GraphQLInputType, place: string): string[] {
  const inner = getNamedType(type);
  if (isEnumType(inner) || inner.name in STRANGE || inner.name === 'Boolean') return [];
  if (isInputObjectType(inner)) return Object.values(inner.getFields()).flatMap((field) => unknownIn(field.type, `${place}.${field.name}`));
  return [`${place}: ${String(isNonNullType(type) || isListType(type) ? type.ofType : type)}`];
}
