/**
 * The inputs of what is made and changed in the catalog, built from the shape of its file: a field that the file gains, the graph
 * gains with it. What may stand in them is checked by the rules of the file.
 */
import {
  GraphQLBoolean,
  GraphQLEnumType,
  GraphQLFloat,
  GraphQLInputObjectType,
  type GraphQLInputType,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLScalarType,
  GraphQLSchema,
  GraphQLString,
  isEnumType,
} from 'graphql';
import { invariant } from '../../../kernel/invariant';

/** As much of JSON Schema as the catalog's file uses. */
export interface FileShape {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, FileShape>>;
  readonly required?: readonly string[];
  readonly items?: FileShape;
  readonly additionalProperties?: unknown;
}

/** Stands for an input in the classes, until the shape of the file is known. */
export const CatalogEntry = new GraphQLScalarType({
  name: 'CatalogEntry',
  description: 'Replaced by the shape of the catalog file when the schema is built.',
});

/** What the graph has no type for: a choice of shapes, or names that the operator makes up. */
const CatalogValue = new GraphQLScalarType({
  name: 'CatalogValue',
  description: "Anything that the catalog's file takes in its place, as JSON.",
});

/** What of each kind cannot be said here: what a channel charges is said at the steps of routes. */
const LEFT_OUT: Readonly<Record<string, readonly string[]>> = { channels: ['costs'], models: [], routes: [] };
const KINDS = { channels: 'Channel', models: 'Model', routes: 'Route' } as const;

/** The argument `input` of each of these mutations. */
const MUTATIONS: Readonly<Record<string, { readonly kind: keyof typeof KINDS; readonly change: boolean }>> = {
  createChannel: { kind: 'channels', change: false },
  updateChannel: { kind: 'channels', change: true },
  createModel: { kind: 'models', change: false },
  updateModel: { kind: 'models', change: true },
  createRoute: { kind: 'routes', change: false },
  updateRoute: { kind: 'routes', change: true },
};

/** The same schema with the inputs in their places. `file` is the JSON Schema of the catalog's file. */
export function withCatalogInputs(schema: GraphQLSchema, file: FileShape): GraphQLSchema {
  const inputs = new Inputs(schema);
  for (const [name, { kind, change }] of Object.entries(MUTATIONS)) {
    const field = schema.getMutationType()?.getFields()[name];
    const input = field?.args.find((argument) => argument.name === 'input');
    const shape = file.properties?.[kind]?.items;
    invariant(input !== undefined && shape !== undefined, `the mutation ${name} writes what the file has`);
    const type = change ? inputs.changeOf(kind, shape) : inputs.declarationOf(kind, shape);
    input.type = new GraphQLNonNull(type);
  }
  const { types, ...config } = schema.toConfig();
  return new GraphQLSchema({ ...config, types: types.filter((type) => type !== CatalogEntry) });
}

class Inputs {
  private readonly made = new Map<string, GraphQLInputObjectType | GraphQLEnumType>();

  constructor(private readonly schema: GraphQLSchema) {}

  declarationOf(kind: keyof typeof KINDS, shape: FileShape): GraphQLInputObjectType {
    const description = shape.description ?? `A ${KINDS[kind].toLowerCase()}, as the catalog's file declares one.`;
    return this.object(`${KINDS[kind]}Declaration`, { ...without(shape, LEFT_OUT[kind] ?? []), description });
  }

  /** Everything may be left out; what names a thing cannot be changed. */
  changeOf(kind: keyof typeof KINDS, shape: FileShape): GraphQLInputObjectType {
    const names = kind === 'routes' ? ['model', 'type'] : ['id'];
    const description = `What is to be different of a ${KINDS[kind].toLowerCase()}: what is left out stays, null is the default of the catalog's file.`;
    const fields = without(shape, [...(LEFT_OUT[kind] ?? []), ...names]);
    return this.object(`${KINDS[kind]}Change`, { ...fields, required: [], description }, `${KINDS[kind]}Declaration`);
  }

  private object(name: string, { properties = {}, required = [], description }: FileShape, prefix = name): GraphQLInputObjectType {
    const known = this.made.get(name);
    if (known instanceof GraphQLInputObjectType) return known;
    const fields = Object.entries(properties).map(([field, shape]) => {
      const type = this.typeOf(`${prefix}${field[0]?.toUpperCase()}${field.slice(1)}`, shape);
      return [field, { type: required.includes(field) ? new GraphQLNonNull(type) : type, description: describe(shape) }] as const;
    });
    const made = new GraphQLInputObjectType({ name, description: description ?? AS_IN_FILE, fields: Object.fromEntries(fields) });
    this.made.set(name, made);
    return made;
  }

  private typeOf(name: string, shape: FileShape): GraphQLInputType {
    if (shape.enum !== undefined) return this.words(name, shape.enum, describe(shape));
    switch (shape.type) {
      case 'integer':
        return GraphQLInt;
      case 'boolean':
        return GraphQLBoolean;
      case 'string':
        return GraphQLString;
      case 'array':
        return new GraphQLList(new GraphQLNonNull(this.typeOf(singular(name), shape.items ?? {})));
      case 'number':
        return GraphQLFloat;
      case 'object':
        return shape.properties === undefined ? CatalogValue : this.object(name, shape);
      default:
        return CatalogValue;
    }
  }

  /** An enum of the graph with the same values, where there is one. */
  private words(name: string, values: readonly string[], description: string): GraphQLEnumType {
    const known = this.made.get(name);
    if (known instanceof GraphQLEnumType) return known;
    const same = Object.values(this.schema.getTypeMap()).find(
      (type): type is GraphQLEnumType => isEnumType(type) && sameWords(type, values),
    );
    const made =
      same ??
      new GraphQLEnumType({
        name,
        description,
        values: Object.fromEntries(values.map((value) => [value, { description: `As "${value}" in the catalog's file.` }])),
      });
    this.made.set(name, made);
    return made;
  }
}

const AS_IN_FILE = "As in the catalog's file.";

function describe({ description = AS_IN_FILE, default: unsaid }: FileShape): string {
  return typeof unsaid === 'string' || typeof unsaid === 'number' || typeof unsaid === 'boolean'
    ? `${description} Default: ${unsaid}.`
    : description;
}

function sameWords(type: GraphQLEnumType, values: readonly string[]): boolean {
  const words = type.getValues().map(({ name }) => name);
  return words.length === values.length && values.every((value) => words.includes(value));
}

function singular(name: string): string {
  return name.replace(/s$/, '');
}

function without({ properties = {}, required = [], ...shape }: FileShape, names: readonly string[]): FileShape {
  const kept = Object.fromEntries(Object.entries(properties).filter(([name]) => !names.includes(name)));
  return { ...shape, properties: kept, required: required.filter((name) => !names.includes(name)) };
}
