/** Operations made from the schema, so that a new field or argument is asked for by itself. */
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';

export type Field = GraphQLField<unknown, unknown>;
export type Place = readonly string[];
export type Values = Readonly<Record<string, unknown>>;

/** An id that nothing has. */
export const NOBODY = '01a00000-0000-7000-8000-000000000000';
/** What an argument is given where only its type is known. */
export const KNOWN = {
  ID: NOBODY,
  String: 'something',
  Int: 1,
  Float: 0.5,
  Boolean: false,
  Decimal: '1',
  DateTime: '2030-01-01T00:00:00.000Z',
};

/** How deep answers are selected. Types that stand on the way already are not entered again. */
const LEVELS = 4;

/** Every field that needs no argument, with what hangs on it. */
function selectionOf(type: GraphQLObjectType, levels = LEVELS, above: readonly string[] = []): string {
  const path = [...above, type.name];
  const fields = Object.values(type.getFields()).flatMap((field) => {
    if (field.args.some((argument) => isNonNullType(argument.type) && argument.defaultValue === undefined)) return [];
    const inner = getNamedType(field.type);
    if (!isObjectType(inner)) return [field.name];
    if (levels === 0 || path.includes(inner.name)) return [];
    const selected = selectionOf(inner, levels - 1, path);
    return selected === '' ? [] : [`${field.name} ${selected}`];
  });
  return fields.length === 0 ? '' : `{ ${fields.join(' ')} }`;
}

/** A field somewhere below a root field that needs no argument, and the fields on the way to it. */
export interface Nested {
  readonly way: readonly string[];
  readonly field: Field;
}

/** Every field with an argument that takes an id, below the root fields that need none: through lists and pages. */
export function nestedWithIds(schema: GraphQLSchema): Nested[] {
  return rootFields(schema, 'query')
    .filter((field) => Object.keys(neededNames(field)).length === 0)
    .flatMap((field) => nestedIn(getNamedType(field.type), [field.name], []));
}

function nestedIn(type: unknown, way: readonly string[], above: readonly string[]): Nested[] {
  if (!isObjectType(type) || above.includes(type.name) || way.length > LEVELS) return [];
  return Object.values(type.getFields()).flatMap((field) => {
    const here = idPlaces(field).length > 0 ? [{ way, field }] : [];
    const onward =
      Object.keys(neededNames(field)).length > 0 ? [] : nestedIn(getNamedType(field.type), [...way, field.name], [...above, type.name]);
    return [...here, ...onward];
  });
}

function neededNames(field: Field): readonly string[] {
  return field.args.filter(({ type, defaultValue }) => isNonNullType(type) && defaultValue === undefined).map(({ name }) => name);
}

/** One operation of one root field, or of one below it; its arguments are variables. */
export function operationOf(kind: 'query' | 'mutation' | 'subscription', field: Field, given: Values, way: readonly string[] = []): string {
  const args = field.args.filter(({ name }) => name in given);
  const declared = args.map((argument) => `$${argument.name}: ${String(argument.type)}`).join(', ');
  const passed = args.map(({ name }) => `${name}: $${name}`).join(', ');
  const inner = getNamedType(field.type);
  const selection = isObjectType(inner) ? selectionOf(inner) : '';
  const asked = way.reduceRight((inside, name) => `${name} { ${inside} }`, `${field.name}${passed && `(${passed})`} ${selection}`);
  return `${kind} ${declared && `(${declared})`} { ${asked} }`;
}

/** Values for every argument that must be given. @throws Error for a type that nothing is known of */
export function neededValues(field: Field, known: Readonly<Record<string, unknown>>): Values {
  return Object.fromEntries(
    field.args
      .filter(({ type, defaultValue }) => isNonNullType(type) && defaultValue === undefined)
      .map((argument) => [argument.name, valueOf(argument.type, known)]),
  );
}

/** The places in the arguments where an id can stand: `id`, or `input.projectId`. */
export function idPlaces(field: Field): Place[] {
  return placesOfScalars(field)
    .filter(({ type }) => type === 'ID')
    .map(({ place }) => place);
}

/** The places in the arguments where a scalar stands, with its type; not those within lists. */
export function placesOfScalars(field: Field): { readonly place: Place; readonly type: string }[] {
  return field.args.flatMap((argument) => scalarsIn(argument.type, [argument.name]));
}

function scalarsIn(type: GraphQLInputType, place: Place): { readonly place: Place; readonly type: string }[] {
  const inner = getNamedType(type);
  if (isListType(nullable(type))) return inner.name === 'ID' ? unfillable(`a list of ids, in ${place.join('.')}`) : [];
  if (!isInputObjectType(inner)) return isEnumType(inner) ? [] : [{ place, type: inner.name }];
  return Object.values(inner.getFields()).flatMap((field) => scalarsIn(field.type, [...place, field.name]));
}

/** The values with another one at the place. */
export function valuesWith(field: Field, values: Values, place: Place, value: unknown, known: Readonly<Record<string, unknown>>): Values {
  const [name, ...rest] = place;
  const argument = field.args.find((each) => each.name === name) as GraphQLArgument;
  const base = values[argument.name] ?? valueOf(argument.type, known);
  return { ...values, [argument.name]: replaced(base, rest, value) };
}

export function rootFields(schema: GraphQLSchema, kind: 'query' | 'mutation' | 'subscription'): Field[] {
  const type = { query: schema.getQueryType(), mutation: schema.getMutationType(), subscription: schema.getSubscriptionType() }[kind];
  return Object.values(type?.getFields() ?? {});
}

function replaced(base: unknown, place: Place, value: unknown): unknown {
  const [name, ...rest] = place;
  if (name === undefined) return value;
  const object = (base ?? {}) as Record<string, unknown>;
  return { ...object, [name]: replaced(object[name], rest, value) };
}

/** What a generated suite must not pass over in silence. */
function unfillable(what: string): never {
  throw new Error(`Nothing here fills ${what}: say how.`);
}

function nullable(type: GraphQLInputType): GraphQLInputType {
  return isNonNullType(type) ? type.ofType : type;
}

function valueOf(type: GraphQLInputType, known: Readonly<Record<string, unknown>>): unknown {
  const bare = nullable(type);
  if (isListType(bare)) return [valueOf(bare.ofType, known)];
  if (isEnumType(bare)) return bare.getValues()[0]?.name;
  if (isInputObjectType(bare)) {
    const needed = Object.values(bare.getFields()).filter((field) => isNonNullType(field.type) && field.defaultValue === undefined);
    return Object.fromEntries(needed.map((field) => [field.name, valueOf(field.type, known)]));
  }
  const name = getNamedType(bare).name;
  if (!(name in known)) return unfillable(`the type ${name}`);
  return known[name];
}
