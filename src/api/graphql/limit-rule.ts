/**
 * Bounds what one operation may ask for before anything is run: how deep, how many fields after fragments are spread,
 * and how many of them are renamed or stand at the root, where each one is a read of its own.
 */
import {
  type ASTVisitor,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';

export const LIMITS = { tokens: 5_000, depth: 12, fields: 2_000, aliases: 50, rootFields: 50 } as const;

interface Size {
  readonly depth: number;
  readonly fields: number;
  readonly aliases: number;
}

const NOTHING: Size = { depth: 0, fields: 0, aliases: 0 };

/** A validation rule: one error for each limit that an operation passes. */
export function limitRule(context: ValidationContext): ASTVisitor {
  const measure = new Measure((name) => context.getFragment(name) ?? null);
  return {
    OperationDefinition: (operation) => {
      const size = measure.sizeOf(operation.selectionSet);
      const rootFields = measure.rootFields(operation.selectionSet);
      const found = { ...size, rootFields };
      for (const limit of ['depth', 'fields', 'aliases', 'rootFields'] as const) {
        if (found[limit] > LIMITS[limit]) context.reportError(new GraphQLError(messageOf(limit, found[limit])));
      }
    },
  };
}

function messageOf(limit: Exclude<keyof typeof LIMITS, 'tokens'>, found: number): string {
  const words = { depth: 'levels', fields: 'fields in all', aliases: 'renamed fields', rootFields: 'fields at the root' };
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

function beside(a: Size, b: Size): Size {
  return { depth: Math.max(a.depth, b.depth), fields: a.fields + b.fields, aliases: a.aliases + b.aliases };
}
