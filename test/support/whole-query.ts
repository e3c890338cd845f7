/** A query of the graph with everything that a field leads to, made from the schema: a field that is added is in it by itself. */
import {
  type GraphQLField,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';

/** How deep objects are followed. A type is not followed into itself. */
const DEPTH = 4;

/** Values of arguments, by their names, as they stand in a query. */
export type Given = Readonly<Record<string, string>>;

type Field = GraphQLField<unknown, unknown>;

/** The fields of `Query` that give lists, plain or by pages, and whose required arguments are given. */
export function listFields(schema: GraphQLSchema, given: Given): string[] {
  const fields = Object.values(schema.getQueryType()?.getFields() ?? {});
  return fields.filter((field) => (givesList(field) || givesPages(field)) && canBeAsked(field, given)).map(({ name }) => name);
}

/** `given` is for the field itself, `inside` for the fields that it leads to. */
export function wholeQuery(schema: GraphQLSchema, name: string, given: Given, inside: Given): string {
  const field = fieldOf(schema, name);
  return `{ ${name}${argumentsOf(field, given)}${selectionOf(field.type, inside, [], DEPTH)} }`;
}

export function takesPages(schema: GraphQLSchema, name: string): boolean {
  return givesPages(fieldOf(schema, name));
}

function fieldOf(schema: GraphQLSchema, name: string): Field {
  const field = schema.getQueryType()?.getFields()[name];
  if (field === undefined) throw new Error(`there is no query ${name}`);
  return field;
}

function givesList({ type }: Field): boolean {
  return isListType(isNonNullType(type) ? type.ofType : type);
}

function givesPages({ type }: Field): boolean {
  return isPage(getNamedType(type).name);
}

function isPage(typeName: string): boolean {
  return typeName.endsWith('Connection');
}

function canBeAsked({ args }: Field, given: Given): boolean {
  return args.every(({ name, type }) => !isNonNullType(type) || name in given);
}

function argumentsOf({ args }: Field, given: Given): string {
  const texts = args.flatMap(({ name }) => (name in given ? [`${name}: ${given[name]}`] : []));
  return texts.length === 0 ? '' : `(${texts.join(', ')})`;
}

/** Null: it leads too far, or back. A page is no step of its own, and its edges say again what its nodes say. */
function selectionOf(output: GraphQLOutputType, given: Given, path: readonly string[], depth: number): string | null {
  const type = getNamedType(output);
  if (isLeafType(type)) return '';
  const step = isPage(type.name) || type.name === 'PageInfo' ? 0 : 1;
  if (!isObjectType(type) || path.includes(type.name) || depth < step) return null;
  const texts = Object.values(type.getFields()).flatMap((field) => {
    if (field.name === 'edges' || !canBeAsked(field, given)) return [];
    const selection = selectionOf(field.type, given, [...path, type.name], depth - step);
    return selection === null ? [] : [`${field.name}${argumentsOf(field, given)}${selection}`];
  });
  return texts.length === 0 ? null : ` { ${texts.join(' ')} }`;
}
