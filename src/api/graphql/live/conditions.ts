/**
 * Whether a subscription follows its field is not up to a directive, says the specification of GraphQL. The rule of the library
 * breaks on a condition that asks a variable, and its execution where nothing is left; so it is looked for before.
 */
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  OperationTypeNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

const CONDITIONS = new Set(['skip', 'include']);

/** What stands at the root of a subscription of the document, also through fragments, and has a condition. */
export function conditionsOfSubscriptions({ definitions }: DocumentNode): SelectionNode[] {
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
