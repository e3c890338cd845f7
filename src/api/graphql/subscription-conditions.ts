/**
 * Whether a subscription follows its field is not up to a directive, says the specification of GraphQL. The rule of the library
 * breaks on a condition that asks a variable, and its execution where nothing is left; so it is looked for before.
 */
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  OperationTypeNode,
  parse,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { Fault } from '../../kernel/fault';
import { LIMITS } from './limit-rule';

const CONDITIONS = new Set(['skip', 'include']);

const NO_CONDITION = 'The field of a subscription takes no @skip and no @include: subscribe, or do not.';

/** One for each condition at the root of a subscription of the document, also through fragments. */
export function conditionErrors(document: DocumentNode): GraphQLError[] {
  return conditionsOfSubscriptions(document).map((nodes) => new GraphQLError(NO_CONDITION, { nodes }));
}

/**
 * Over HTTP no subscription is served, but the library answers with a fault of its own, and logs it, before it comes to say so.
 * @throws Fault invalid_request
 */
export function refuseConditions({ query }: Partial<Record<string, unknown>>): void {
  if (typeof query !== 'string' || !query.includes('subscription')) return;
  const document = parsedOrNull(query);
  if (document !== null && conditionsOfSubscriptions(document).length > 0) throw new Fault('invalid_request', NO_CONDITION);
}

/** What cannot be read is refused elsewhere, with its place. */
function parsedOrNull(query: string): DocumentNode | null {
  try {
    return parse(query, { maxTokens: LIMITS.tokens, noLocation: true });
  } catch {
    return null;
  }
}

function conditionsOfSubscriptions({ definitions }: DocumentNode): SelectionNode[] {
  const fragments = new Map(definitions.flatMap((each) => (each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each]] : [])));
  return definitions.flatMap((each) =>
    each.kind === Kind.OPERATION_DEFINITION && each.operation === OperationTypeNode.SUBSCRIPTION
      ? conditional(each.selectionSet, fragments)
      : [],
  );
}

/** A fragment is taken out as it is looked at, so that one within itself is no endless way. */
function conditional({ selections }: SelectionSetNode, fragments: Map<string, FragmentDefinitionNode>): SelectionNode[] {
  return selections.flatMap((selection) => {
    const here = selection.directives?.some(({ name }) => CONDITIONS.has(name.value)) === true ? [selection] : [];
    const below = setBelow(selection, fragments);
    return below === undefined ? here : [...here, ...conditional(below, fragments)];
  });
}

function setBelow(selection: SelectionNode, fragments: Map<string, FragmentDefinitionNode>): SelectionSetNode | undefined {
  if (selection.kind === Kind.INLINE_FRAGMENT) return selection.selectionSet;
  if (selection.kind === Kind.FIELD) return undefined;
  const fragment = fragments.get(selection.name.value);
  fragments.delete(selection.name.value);
  return fragment?.selectionSet;
}
