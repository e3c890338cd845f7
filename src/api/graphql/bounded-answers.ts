/**
 * Holds every field to the allowance of its request. A request that has spent it does nothing more: no field is resolved, nothing
 * is loaded.
 */
import {
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getNamedType,
  isNonNullType,
  isObjectType,
  OperationTypeNode,
} from 'graphql';
import { fieldCount } from './asked-fields';
import type { GraphContext } from './context';
import type { NodeAllowance } from './node-allowance';

type Field = GraphQLField<unknown, GraphContext>;

/** Puts the count around every field that gives objects, and the question whether to go on around every other that does something. */
export function withBoundedAnswers(schema: GraphQLSchema): GraphQLSchema {
  const types = Object.values(schema.getTypeMap()).filter(isObjectType);
  // The words of introspection are not ours, and shared with every other schema.
  const ours = types.filter(({ name }) => !name.startsWith('__'));
  for (const field of ours.flatMap((type) => Object.values<Field>(type.getFields()))) {
    const nullable = !isNonNullType(field.type);
    if (isObjectType(getNamedType(field.type))) field.resolve = counting(field.resolve ?? defaultFieldResolver, nullable);
    else if (field.resolve !== undefined) field.resolve = asking(field.resolve, nullable);
  }
  return schema;
}

type Resolve = NonNullable<Field['resolve']>;

function counting(resolve: Resolve, nullable: boolean): Resolve {
  return (root, args, context, info) => {
    const { allowance } = context;
    if (isOver(allowance, nullable)) return null;
    const found: unknown = resolve(root, args, context, info);
    const count = (given: unknown) => counted(allowance, nullable, given, info);
    return found instanceof Promise ? found.then(count) : count(found);
  };
}

function counted(allowance: NodeAllowance, nullable: boolean, found: unknown, info: GraphQLResolveInfo): unknown {
  if (found === null || found === undefined || isOver(allowance, nullable)) return null;
  allowance.show(Array.isArray(found) ? found.length : 1, fieldCount(info));
  return found;
}

function asking(resolve: Resolve, nullable: boolean): Resolve {
  return (root, args, context, info) => (isOver(context.allowance, nullable) ? null : resolve(root, args, context, info));
}

/**
 * Whoever was refused has been told by one error: where there may be nothing, there is nothing. An error for each of a hundred
 * thousand fields would cost more than all that was read for them.
 * @throws Fault where there must be something
 */
function isOver(allowance: NodeAllowance, nullable: boolean): boolean {
  if (!nullable) allowance.check();
  return allowance.refusal !== null;
}

interface Result {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string }[];
}

/**
 * The answer to a request that has spent its allowance: its refusal once, not once for each node that was cut off, and of a query
 * no fragments of data. What a mutation has done is told nevertheless.
 */
export function refusedOnce<T extends Result>(result: T, { refusal }: NodeAllowance, operation: OperationTypeNode | undefined): T {
  if (refusal === null || result.errors === undefined) return result;
  const first = result.errors.find(({ message }) => message === refusal.publicMessage);
  const others = result.errors.filter(({ message }) => message !== refusal.publicMessage);
  const errors = first === undefined ? others : [first, ...others];
  return operation === OperationTypeNode.MUTATION ? { ...result, errors } : { ...result, data: null, errors: errors.slice(0, 1) };
}
