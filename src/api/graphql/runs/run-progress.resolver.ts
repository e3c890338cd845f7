import { Arg, Ctx, Field, FieldResolver, ID, ObjectType, Resolver, Root, Subscription } from 'type-graphql';
import { Fault } from '../../../kernel/fault';
import { invariant } from '../../../kernel/invariant';
import { shown } from '../../../kernel/shown';
import { positionOfCursor, refuseOfOthers } from '../../../ledger/spend-cursor';
import { tailSpend, type Wants } from '../../../ledger/spend-tail';
import type { GraphContext } from '../context';
import { type EntryView, LedgerEntryNode, viewEntry } from '../ledger/ledger-entry.type';
import { followedTail } from '../live/followed';
import { ReceiptNode } from '../receipts/receipt.type';
import { namedReceipt } from '../receipts/receipt-root';
import { DateTime } from '../scalars';
import { AgentRunNode } from './agent-run.type';
import { viewRun } from './run-view';

@ObjectType('AgentRunEvent', { description: 'A charge, or a refund, of a call of a run.' })
export class AgentRunEventNode {
  @Field(() => String, { description: 'To be passed as `after`.' })
  readonly cursor: string;

  @Field(() => DateTime, { description: 'When it was written.' })
  readonly at: number;

  @Field(() => LedgerEntryNode, { description: 'The entry.' })
  readonly entry: EntryView;
}

type EventRoot = AgentRunEventNode & { readonly runId: string };

interface ProgressArgs {
  readonly id: string;
  readonly after?: string | null;
}

@Resolver(() => AgentRunEventNode)
export class RunProgressResolver {
  @Subscription(() => AgentRunEventNode, {
    description: 'One event for each committed charge of the run, and for what is given back of one. Without `after`: from now on.',
    subscribe: ({ args, context }) => follow(context as GraphContext, args as ProgressArgs),
  })
  agentRunProgress(
    @Root() event: AgentRunEventNode,
    @Arg('id', () => ID, { description: 'The id of the run.' }) _id: string,
    @Arg('after', () => String, { nullable: true, description: 'The cursor of the last event that was seen.' }) _after: string | null,
  ): AgentRunEventNode {
    return event;
  }

  @FieldResolver(() => AgentRunNode, {
    description: 'The run, as it stands when the event is told: with what it has spent and what is left.',
  })
  async run(@Root() { runId }: EventRoot, @Ctx() { runs }: GraphContext): Promise<AgentRunNode> {
    const run = await runs.run(runId);
    invariant(run !== null, 'whoever follows a run sees it');
    return viewRun(run);
  }

  @FieldResolver(() => ReceiptNode, { nullable: true, description: 'The receipt of the call.' })
  receipt(@Root() { entry }: EventRoot, @Ctx() { receipts }: GraphContext): Promise<ReceiptNode | null> {
    return namedReceipt(receipts, entry.receiptId);
  }
}

/** A refund is of the operator's making, and names the call alone. */
function entriesOfRun({ reader }: GraphContext['sources'], id: string): Wants {
  return async ({ kind, runId, receiptId }) => {
    if (kind !== 'REFUND' || receiptId === null) return runId === id;
    return (await reader.receipt(receiptId, null))?.record.runId === id;
  };
}

/** @throws Fault `not_found` for a run that the viewer does not see, `invalid_request` for a cursor that is none */
async function follow({ runs, sources }: GraphContext, { id, after }: ProgressArgs): Promise<AsyncIterable<EventRoot>> {
  const position = typeof after === 'string' ? positionOfCursor(after) : null;
  const run = await runs.run(id);
  if (run === null || run.kind !== 'AGENT') throw new Fault('not_found', `There is no agent run "${shown(id)}".`, { param: 'id' });
  if (position !== null) refuseOfOthers(position, run.accountId);
  const selection = { accountId: run.accountId, wants: entriesOfRun(sources, id), after: position };
  return followedTail(
    (left) => tailSpend(sources.spend, selection, left),
    ({ cursor, entry }) => ({ cursor, at: entry.createdAt, entry: viewEntry(entry), runId: id }),
  );
}
