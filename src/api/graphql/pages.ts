/** Lists by cursor, from new to old. */
import { Arg, type ClassType, Field, Int, ObjectType } from 'type-graphql';
import { wrong } from '../../kernel/fault';
import type { Page, PageRequest } from '../../ledger/ledger-reader';

const FIRST_MAX = 100;
const FIRST_DEFAULT = 20;
const SEEN = 'The cursor of the last node that was seen: the page begins after it.';

/** The arguments of every list. */
export const First = () =>
  Arg('first', () => Int, { nullable: true, defaultValue: FIRST_DEFAULT, description: `How many, 1 to ${FIRST_MAX}.` });
export const After = () => Arg('after', () => String, { nullable: true, description: SEEN });

@ObjectType('PageInfo', { description: 'Where a page ends.' })
export class PageInfoNode {
  @Field(() => Boolean, { description: 'Whether there is more after this page.' })
  readonly hasNextPage: boolean;

  @Field(() => Boolean, { description: 'Whether the page begins after a cursor. There is no way back but to the first page.' })
  readonly hasPreviousPage: boolean;

  @Field(() => String, { nullable: true, description: 'The cursor of the first node; null on an empty page.' })
  readonly startCursor: string | null;

  @Field(() => String, { nullable: true, description: 'To be passed as `after` for the next page; null on an empty page.' })
  readonly endCursor: string | null;
}

/** @throws Fault `invalid_request` unless `first` is 1 to 100; null stands for the default */
export function pageRequest(first: number | null, after: string | null | undefined): PageRequest {
  const wanted = first ?? FIRST_DEFAULT;
  if (wanted < 1 || wanted > FIRST_MAX) throw wrong('first', `must be 1 to ${FIRST_MAX}, not ${wanted}`);
  return { first: wanted, ...(after === null || after === undefined ? {} : { after }) };
}

export interface Connection<T> {
  readonly edges: { readonly cursor: string; readonly node: T }[];
  readonly nodes: T[];
  readonly pageInfo: PageInfoNode;
}

/** The type of a page of `Node`s in the graph, and with it that of their edges. `words`: what one of them is called, and several. */
export function connectionType<T extends object>(name: string, Node: ClassType<T>, words: { readonly one: string; readonly many: string }) {
  @ObjectType(`${name}Edge`, { description: `One ${words.one} and its place in the list.` })
  class Edge {
    @Field(() => String, { description: 'To be passed as `after`.' })
    readonly cursor: string;

    @Field(() => Node, { description: `The ${words.one}.` })
    readonly node: T;
  }

  @ObjectType(`${name}Connection`, { description: `A page of ${words.many}, new to old.` })
  class ConnectionOfNodes {
    @Field(() => [Edge], { description: `The ${words.many} with their cursors.` })
    readonly edges: Edge[];

    @Field(() => [Node], { description: `The ${words.many} alone.` })
    readonly nodes: T[];

    @Field(() => PageInfoNode, { description: 'Where the page ends.' })
    readonly pageInfo: PageInfoNode;
  }
  return ConnectionOfNodes;
}

/** The page that was asked for, as it was read. */
export function connectionOf<T, N>({ after }: PageRequest, page: Page<T>, view: (node: T, at: number) => N): Connection<N> {
  const edges = page.items.map(({ cursor, node }, at) => ({ cursor, node: view(node, at) }));
  const places = { startCursor: edges[0]?.cursor ?? null, endCursor: edges.at(-1)?.cursor ?? null };
  const pageInfo = { hasNextPage: page.hasNextPage, hasPreviousPage: after !== undefined, ...places };
  return { edges, nodes: edges.map((edge) => edge.node), pageInfo };
}
