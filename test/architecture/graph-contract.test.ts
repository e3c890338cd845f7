/** Clients are written against `contract.graphql`. What the graph has by now must be as the contract says; the rest is listed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildSchema,
  type GraphQLNamedType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
} from 'graphql';
import { printedSchema } from '../../src/api/graphql/build-schema';
import { catalogJsonSchema } from '../../src/catalog-file/catalog-schema';
import { PRICE_CLASSES, USAGE_CLASSES } from '../../src/kernel/classes';
import { LONG_PROMPT_AMOUNTS } from '../../src/kernel/long-prompts';

/** Names that the contract has and the graph does not have yet: a type, or a field of a type that exists. */
const STILL_TO_COME: readonly string[] = [];

/** Each type and field as one line: what a client relies on. */
type Lines = ReadonlyMap<string, string>;

function linesOf(schema: GraphQLSchema): Lines {
  const ours = Object.values(schema.getTypeMap()).filter((type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type));
  return new Map(ours.flatMap((type) => [[type.name, kindOf(type)] as const, ...fieldLines(type)]));
}

function kindOf(type: GraphQLNamedType): string {
  if (!isEnumType(type)) return isSpecifiedScalarType(type) ? 'scalar' : isInputObjectType(type) ? 'input' : 'type';
  const values = type.getValues().map((value) => value.name);
  return `enum ${values.sort().join(' ')}`;
}

function fieldLines(type: GraphQLNamedType): (readonly [string, string])[] {
  if (isInputObjectType(type)) return Object.values(type.getFields()).map((field) => [`${type.name}.${field.name}`, typed(field)]);
  if (!isObjectType(type)) return [];
  return Object.values(type.getFields()).flatMap(({ name, type: result, args }) => {
    const place = `${type.name}.${name}`;
    return [[place, String(result)] as const, ...args.map((argument) => [`${place}(${argument.name})`, typed(argument)] as const)];
  });
}

function typed({ type, defaultValue }: { readonly type: unknown; readonly defaultValue?: unknown }): string {
  return defaultValue === undefined ? String(type) : `${String(type)} = ${JSON.stringify(defaultValue)}`;
}

/** The type or field that is missing, named once: a missing type stands for its fields, a field for its arguments. */
function missing(contract: Lines, graph: Lines): string[] {
  const absent = [...contract.keys()].filter((name) => !graph.has(name));
  return absent.filter((name) => !absent.includes(name.split('.')[0] ?? '') || !name.includes('.')).sort();
}

describe('the graph and its contract', () => {
  let contract: Lines;
  let graph: Lines;

  beforeAll(async () => {
    contract = linesOf(buildSchema(readFileSync(join(__dirname, 'contract.graphql'), 'utf8')));
    graph = linesOf(buildSchema(await printedSchema(catalogJsonSchema())));
  });

  it('agree on every type, field, argument and default that both have', () => {
    const shared = [...contract].filter(([name]) => graph.has(name));
    expect(shared.length).toBeGreaterThan(200);
    expect(shared.map(([name]) => `${name}: ${graph.get(name)}`)).toEqual(shared.map(([name, line]) => `${name}: ${line}`));
  });

  it('differ by exactly what is listed as still to come', () => {
    const listed = missing(contract, graph).filter((name) => !name.includes('(') || graph.has(name.split('(')[0] ?? ''));
    expect(listed).toEqual([...STILL_TO_COME].sort());
  });

  it.each([
    ['UsageClasses', USAGE_CLASSES],
    ['PriceClasses', PRICE_CLASSES],
    ['PriceClassesInput', PRICE_CLASSES],
    ['LongPromptPrice', ['above', ...LONG_PROMPT_AMOUNTS]],
    ['LongPromptPriceInput', ['above', ...LONG_PROMPT_AMOUNTS]],
  ] as const)('leave nothing out that is priced or used apart: %s', (type, names) => {
    const fields = [...graph.keys()].filter((name) => name.startsWith(`${type}.`));
    expect(fields.sort()).toEqual(names.map((name) => `${type}.${name}`).sort());
  });

  it('leave no new argument that a client of the contract would have to give', () => {
    const added = [...graph].filter(([name, line]) => !contract.has(name) && name.includes('(') && line.endsWith('!'));
    expect(added.filter(([name]) => contract.has(name.split('(')[0] ?? ''))).toEqual([]);
  });
});

describe('descriptions are the documentation of the graph', () => {
  it('every type, field, argument and word of ours has one', async () => {
    const types = Object.values(buildSchema(await printedSchema(catalogJsonSchema())).getTypeMap()).filter(
      (type) => !type.name.startsWith('__') && !isSpecifiedScalarType(type),
    );
    const bare = types.flatMap((type) => [...typeIfBare(type), ...membersOf(type).flatMap((member) => bareIn(type.name, member))]);
    expect(types.length).toBeGreaterThan(100);
    expect(bare).toEqual([]);
  });
});

/** Something that has a name, a description, and perhaps arguments. */
interface Described {
  readonly name: string;
  readonly description?: string | null | undefined;
  readonly args?: readonly Described[];
}

/** The roots are described by their fields. */
function typeIfBare({ name, description }: Described): string[] {
  return description || ['Query', 'Mutation', 'Subscription'].includes(name) ? [] : [name];
}

function membersOf(type: GraphQLNamedType): readonly Described[] {
  if (isEnumType(type)) return type.getValues();
  return isInputObjectType(type) || isObjectType(type) ? Object.values<Described>(type.getFields()) : [];
}

function bareIn(owner: string, { name, description, args = [] }: Described): string[] {
  const within = args.flatMap((argument) => bareIn(`${owner}.${name}`, argument));
  return description ? within : [`${owner}.${name}`, ...within];
}
