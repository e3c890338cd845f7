/** What one mutation has changed, the next one of the same request reads anew, and so does what is asked of its result. */
import type { GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import { invariant } from '../../kernel/invariant';
import type { GraphContext } from './context';

type Resolve = GraphQLFieldResolver<unknown, GraphContext>;

/** Mutations of a request run one after the other, each with all that is asked below it: nothing is read while this is called. */
export function withMutationsThatReadAnew(schema: GraphQLSchema): GraphQLSchema {
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const resolve = field.resolve as Resolve | undefined;
    invariant(resolve !== undefined, `the mutation ${field.name} does something`);
    field.resolve = ((root, args, context, info) => {
      context.readAnew();
      return resolve(root, args, context, info);
    }) satisfies Resolve;
  }
  return schema;
}
