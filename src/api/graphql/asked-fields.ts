/** Which fields a page was asked for, before its nodes are resolved. */
import { type FieldNode, type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql';

/** The names of the fields below a way such as `nodes`, through fragments; of a field that is left out by a directive as well. */
export function fieldsBelow(info: GraphQLResolveInfo, ways: readonly (readonly string[])[]): ReadonlySet<string> {
  const sets = info.fieldNodes.flatMap(({ selectionSet }) => (selectionSet === undefined ? [] : [selectionSet]));
  const below = ways.flatMap((way) => way.reduce((here, name) => here.flatMap((set) => setsOf(info, set, name)), sets));
  return new Set(below.flatMap((set) => namesIn(info, set)));
}

function setsOf(info: GraphQLResolveInfo, set: SelectionSetNode, name: string): SelectionSetNode[] {
  return set.selections.flatMap((selection) => {
    if (selection.kind !== Kind.FIELD) return setsOf(info, within(info, selection), name);
    return selection.name.value === name && selection.selectionSet !== undefined ? [selection.selectionSet] : [];
  });
}

function namesIn(info: GraphQLResolveInfo, set: SelectionSetNode, nameOf = ({ name }: FieldNode): string => name.value): string[] {
  return set.selections.flatMap((selection) =>
    selection.kind === Kind.FIELD ? [nameOf(selection)] : namesIn(info, within(info, selection), nameOf),
  );
}

/** By the list of places that the library collects once for all objects of a field. */
const COUNTS = new WeakMap<readonly FieldNode[], number>();

/** How many fields each object of this field is asked for, through fragments: those of one name count once. */
export function fieldCount(info: GraphQLResolveInfo): number {
  const known = COUNTS.get(info.fieldNodes);
  if (known !== undefined) return known;
  const sets = info.fieldNodes.flatMap(({ selectionSet }) => (selectionSet === undefined ? [] : [selectionSet]));
  const count = new Set(sets.flatMap((set) => namesIn(info, set, ({ alias, name }) => alias?.value ?? name.value))).size;
  COUNTS.set(info.fieldNodes, count);
  return count;
}

const NOTHING: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: [] };

function within(
  info: GraphQLResolveInfo,
  selection: Exclude<SelectionSetNode['selections'][number], { kind: Kind.FIELD }>,
): SelectionSetNode {
  if (selection.kind === Kind.INLINE_FRAGMENT) return selection.selectionSet;
  return info.fragments[selection.name.value]?.selectionSet ?? NOTHING;
}
