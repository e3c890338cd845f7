import { Arg, Ctx, FieldResolver, ID, Query, Resolver, Root, Subscription } from 'type-graphql';
import { Fault } from '../../../kernel/fault';
import { shown } from '../../../kernel/shown';
import { accountOf } from '../../../keys/viewer';
import { positionOfCursor, refuseOfOthers } from '../../../ledger/spend-cursor';
import { cursorNow, tailSpend, type Wants } from '../../../ledger/spend-tail';
import type { GraphContext } from '../context';
import { ReceiptNode } from '../receipts/receipt.type';
import { namedReceipt } from '../receipts/receipt-root';
import { followedTail } from './followed';
import { SpendEventNode, viewSpendEvent } from './spend-event.type';

interface SpendArgs {
  readonly apiKeyId?: string | null;
  readonly projectId?: string | null;
  readonly after?: string | null;
}

@Resolver(() => SpendEventNode)
export class SpendResolver {
  @Subscription(() => SpendEventNode, {
    description:
      'One event for each committed ledger entry, narrowed to a key or a project, in the order of its wallet. Without `after`: from now on.',
    subscribe: ({ args, context }) => followSpend(context as GraphContext, args as SpendArgs),
  })
  spend(
    @Root() event: SpendEventNode,
    @Arg('apiKeyId', () => ID, { nullable: true, description: 'Only what this key spends.' }) _apiKeyId: string | null,
    @Arg('projectId', () => ID, { nullable: true, description: 'Only what keys of this project spend.' }) _projectId: string | null,
    @Arg('after', () => String, { nullable: true, description: 'The cursor of the last event that was seen, or `spendCursor`.' }) _after:
      | string
      | null,
  ): SpendEventNode {
    return event;
  }

  @Query(() => String, {
    description:
      'Where `spend` stands: asked before balances are read, and given as `after` to the subscription, it leaves out nothing that is committed in between. What the balances show already may come again, with the same amounts.',
  })
  spendCursor(@Ctx() { viewer, sources }: GraphContext): Promise<string> {
    return cursorNow(sources.spend, accountOf(viewer));
  }

  @FieldResolver(() => ReceiptNode, { nullable: true, description: 'The receipt of the request that caused the entry.' })
  receipt(@Root() { entry }: SpendEventNode, @Ctx() { receipts }: GraphContext): Promise<ReceiptNode | null> {
    return namedReceipt(receipts, entry.receiptId);
  }
}

/** @throws Fault `not_found` for a key or project that the viewer does not see, `invalid_request` for a cursor that is none */
async function followSpend(context: GraphContext, { apiKeyId, projectId, after }: SpendArgs): Promise<AsyncIterable<SpendEventNode>> {
  const position = typeof after === 'string' ? positionOfCursor(after) : null;
  const own = accountOf(context.viewer);
  if (position !== null && own !== null) refuseOfOthers(position, own);
  const narrowed = await narrow(context, apiKeyId ?? null, projectId ?? null);
  return followedTail((left) => tailSpend(context.sources.spend, { ...narrowed, after: position }, left), viewSpendEvent);
}

interface Narrowed {
  readonly accountId: string | null;
  readonly wants: Wants;
}

async function narrow(context: GraphContext, apiKeyId: string | null, projectId: string | null): Promise<Narrowed> {
  const { viewer, keys } = context;
  const own = viewer.kind === 'key' ? viewer.key.id : null;
  const key = apiKeyId === null ? null : await keys.key(apiKeyId);
  const project = projectId === null ? null : await keys.project(projectId);
  if (apiKeyId !== null && key === null) throw new Fault('not_found', `There is no API key "${shown(apiKeyId)}".`, { param: 'apiKeyId' });
  if (projectId !== null && project === null)
    throw new Fault('not_found', `There is no project "${shown(projectId)}".`, { param: 'projectId' });
  const asked = [own, apiKeyId].filter((id) => id !== null);
  const inProject = project === null ? null : projectMembers(context, project.id);
  return {
    accountId: accountOf(viewer) ?? key?.accountId ?? project?.accountId ?? null,
    wants: (entry) => asked.every((id) => entry.apiKeyId === id) && (inProject === null || inProject(entry.apiKeyId)),
  };
}

/** Whether a key belongs to the project. A key's project never changes, so each key is looked up once. */
function projectMembers({ sources }: GraphContext, projectId: string): (apiKeyId: string | null) => boolean | Promise<boolean> {
  const known = new Map<string, Promise<boolean>>();
  return (apiKeyId) => {
    if (apiKeyId === null) return false;
    const before = known.get(apiKeyId);
    if (before !== undefined) return before;
    const isMember = sources.keys.find([apiKeyId]).then((found) => found.get(apiKeyId)?.projectId === projectId);
    known.set(apiKeyId, isMember);
    return isMember;
  };
}
