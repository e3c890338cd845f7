/**
 * Bounds what one operation may ask for before anything is run: how deep, how many fields after fragments are spread,
 * and how many of them are renamed or stand at the root, where each one is a read of its own.
 */
import {
  type ASTVisitor,
  type DefinitionNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type FragmentSpreadNode,
  GraphQLError,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';

export const LIMITS = { tokens: 5_000, depth: 12, fields: 2_000, aliases: 50, rootFields: 50, repeats: 50 } as const;

/**
 * Each error looks for names like the wrong one, or prints the whole variable: for many, a small request would take seconds in which
 * nobody else is served.
 */
export const ERRORS_AT_MOST = { ofDocument: 10, ofVariables: 3 } as const;

interface Size {
  readonly depth: number;
  readonly fields: number;
  readonly aliases: number;
}

const EMPTY: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: [] };
const NOTHING: Size = { depth: 0, fields: 0, aliases: 0 };

/**
 * A validation rule: one error for each limit that a definition passes. Of such a document nothing else is looked at: another rule compares
 * fields of one name pair by pair, and would take a second for what is refused anyway.
 */
export function limitRule(context: ValidationContext): ASTVisitor {
  const measure = new Measure((name) => context.getFragment(name) ?? null);
  return {
    Document: ({ definitions }) => {
      const messages = definitions.flatMap((each) => passedLimits(each, measure));
      for (const message of messages) context.reportError(new GraphQLError(message));
      // What is taken out is not visited, by no rule.
      return messages.length === 0 ? undefined : null;
    },
  };
}

function passedLimits(definition: DefinitionNode, measure: Measure): string[] {
  switch (definition.kind) {
    case Kind.OPERATION_DEFINITION: {
      const { selectionSet: set } = definition;
      return passed(COUNTED, { ...measure.sizeOf(set), rootFields: measure.rootFields(set), repeats: measure.repeats(set) });
    }
    case Kind.FRAGMENT_DEFINITION:
      // Also one that no operation spreads is compared with itself.
      return passed(['fields', 'repeats'], {
        ...measure.sizeOf(definition.selectionSet),
        repeats: measure.repeats(definition.selectionSet),
      });
    default:
      return [];
  }
}

const COUNTED = ['depth', 'fields', 'aliases', 'rootFields', 'repeats'] as const;
type Counted = (typeof COUNTED)[number];

function passed<L extends Counted>(limits: readonly L[], found: Readonly<Record<L, number>>): string[] {
  return limits.filter((limit) => found[limit] > LIMITS[limit]).map((limit) => messageOf(limit, found[limit]));
}

function messageOf(limit: Counted, found: number): string {
  const words = {
    depth: 'levels',
    fields: 'fields in all',
    aliases: 'renamed fields',
    rootFields: 'fields at the root',
    repeats: 'fields of one name in one place',
  };
  return `The operation has ${found} ${words[limit]}, and ${LIMITS[limit]} are allowed: ask for less, or in several requests.`;
}

/** Each fragment is measured once, so that fragments within fragments cost no more time than their text. */
class Measure {
  private readonly fragments = new Map<string, Size>();
  private readonly rootFieldsOfFragment = new Map<string, number>();

  constructor(private readonly fragment: (name: string) => FragmentDefinitionNode | null) {}

  sizeOf(set: SelectionSetNode | undefined): Size {
    return (set?.selections ?? []).map((selection) => this.sizeOfSelection(selection)).reduce(beside, NOTHING);
  }

  /** Fields at the top, those of fragments there included. */
  rootFields(set: SelectionSetNode): number {
    let count = 0;
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) count += 1;
      else if (selection.kind === Kind.INLINE_FRAGMENT) count += this.rootFields(selection.selectionSet);
      else count += this.rootFieldsOfSpread(selection.name.value);
    }
    return count;
  }

  private rootFieldsOfSpread(name: string): number {
    const known = this.rootFieldsOfFragment.get(name);
    if (known !== undefined) return known;
    const fragment = this.fragment(name);
    this.rootFieldsOfFragment.set(name, 0);
    const count = fragment === null ? 0 : this.rootFields(fragment.selectionSet);
    this.rootFieldsOfFragment.set(name, count);
    return count;
  }

  /** How many fields of one name there are in one place of the answer, at most. Of fragments within themselves as many as there may be. */
  repeats(set: SelectionSetNode): number {
    let most = 0;
    let looked = 0;
    const places = [[set]];
    for (let place = places.pop(); place !== undefined && looked <= LIMITS.fields; place = places.pop()) {
      for (const fields of this.byName(place).values()) {
        most = Math.max(most, fields.length);
        looked += fields.length;
        const below = fields.flatMap(({ selectionSet }) => selectionSet ?? []);
        if (below.length > 0) places.push(below);
      }
    }
    return most;
  }

  /** The fields of one place by their names in the answer; a fragment adds its own once, however often it is spread there. */
  private byName(place: readonly SelectionSetNode[]): Map<string, FieldNode[]> {
    const byName = new Map<string, FieldNode[]>();
    const sets = new Set(place);
    // What is added meanwhile is gone through as well.
    for (const { selections } of sets) {
      for (const selection of selections) {
        if (selection.kind === Kind.FIELD) addTo(byName, selection);
        else sets.add(selection.kind === Kind.INLINE_FRAGMENT ? selection.selectionSet : this.setOf(selection));
      }
    }
    return byName;
  }

  private setOf({ name }: FragmentSpreadNode): SelectionSetNode {
    return this.fragment(name.value)?.selectionSet ?? EMPTY;
  }

  private sizeOfSelection(selection: SelectionNode): Size {
    if (selection.kind === Kind.INLINE_FRAGMENT) return this.sizeOf(selection.selectionSet);
    if (selection.kind === Kind.FRAGMENT_SPREAD) return this.sizeOfFragment(selection.name.value);
    const aliases = selection.alias === undefined ? 0 : 1;
    const below = this.sizeOf(selection.selectionSet);
    return {
      // Introspection is deep by its nature, and that alone is bounded by a rule of its own.
      depth: selection.name.value.startsWith('__') ? 0 : below.depth + 1,
      fields: below.fields + 1,
      aliases: below.aliases + aliases,
    };
  }

  private sizeOfFragment(name: string): Size {
    const known = this.fragments.get(name);
    if (known !== undefined) return known;
    // A fragment within itself is refused by another rule; here it counts as nothing, so that measuring ends.
    this.fragments.set(name, NOTHING);
    const size = this.sizeOf(this.fragment(name)?.selectionSet);
    this.fragments.set(name, size);
    return size;
  }
}

function addTo(byName: Map<string, FieldNode[]>, field: FieldNode): void {
  const name = field.alias?.value ?? field.name.value;
  const known = byName.get(name);
  if (known === undefined) byName.set(name, [field]);
  else known.push(field);
}

function beside(a: Size, b: Size): Size {
  return { depth: Math.max(a.depth, b.depth), fields: a.fields + b.fields, aliases: a.aliases + b.aliases };
}
