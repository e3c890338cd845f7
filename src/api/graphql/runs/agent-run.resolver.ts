import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Fault } from '../../../kernel/fault';
import { invariant } from '../../../kernel/invariant';
import { nano } from '../../../kernel/money';
import { shown } from '../../../kernel/shown';
import { changeBudget, finishRun } from '../../../runs/manage-runs';
import type { Run } from '../../../runs/run';
import type { RunStanding } from '../../../runs/run-standing';
import type { GraphContext } from '../context';
import { ApiKeyNode } from '../keys/api-key.type';
import { viewKey } from '../keys/key-view';
import { BucketAmountNode } from '../ledger/bucket-amount.type';
import { After, connectionOf, First, pageRequest } from '../pages';
import { ReceiptConnection } from '../receipts/receipt-parts.type';
import { receiptRoot } from '../receipts/receipt-root';
import { AgentRunConnection, AgentRunNode } from './agent-run.type';
import { BucketAmountInput } from './bucket-amount.input';
import { RunReceiptNode } from './run-receipt.type';
import { NO_SECTIONS, type RunView, viewAmounts, viewLine, viewRun, viewRunReceipt } from './run-view';

const THE_RUN = { description: 'The id of the run.' };

@Resolver(() => AgentRunNode)
export class AgentRunResolver {
  @Query(() => AgentRunNode, { nullable: true, description: 'null: there is no such run, or it is not the caller’s.' })
  async agentRun(@Ctx() context: GraphContext, @Arg('id', () => ID, THE_RUN) id: string): Promise<AgentRunNode | null> {
    const run = await context.runs.run(id);
    return run === null || run.kind !== 'AGENT' ? null : viewRun(run);
  }

  @Query(() => AgentRunConnection, { description: 'The runs that the caller may see, new to old; for a key: its own.' })
  async agentRuns(
    @Ctx() { runs }: GraphContext,
    @First() first: number | null,
    @After() after: string | null,
  ): Promise<AgentRunConnection> {
    const page = pageRequest(first, after);
    return connectionOf(page, await runs.agentRuns(page), viewRun);
  }

  @Mutation(() => AgentRunNode, {
    description: 'No call can be attached from then on; those in flight still count. Twice is the same as once.',
  })
  async finishAgentRun(@Ctx() context: GraphContext, @Arg('id', () => ID, THE_RUN) id: string): Promise<AgentRunNode> {
    const run = await agentRunOf(context, id);
    return viewRun(context.runs.changed(await finishRun(context.sources, run.id)));
  }

  @Mutation(() => AgentRunNode, {
    description:
      'Takes the place of the whole budget, for calls from then on. An empty one lifts it. A run that was finished keeps its own.',
  })
  async setAgentRunBudget(
    @Ctx() context: GraphContext,
    @Arg('id', () => ID, THE_RUN) id: string,
    @Arg('budget', () => [BucketAmountInput], { description: 'Each bucket once at most.' }) budget: BucketAmountInput[],
  ): Promise<AgentRunNode> {
    const run = await agentRunOf(context, id);
    const lines = budget.map(({ bucket, amount }) => ({ bucket, amount: nano(amount) }));
    return viewRun(context.runs.changed(await changeBudget(context.sources, run.id, lines)));
  }

  @FieldResolver(() => ApiKeyNode, { description: 'The key that started it, and the only one whose calls can be attached.' })
  async apiKey(@Root() { run }: RunView, @Ctx() { keys, now }: GraphContext): Promise<ApiKeyNode> {
    const key = await keys.key(run.apiKeyId);
    invariant(key !== null, 'whoever sees a run sees its key');
    return viewKey(key, now);
  }

  @FieldResolver(() => [BucketAmountNode], { description: 'What its calls were charged, of each bucket.' })
  async spent(@Root() { id }: RunView, @Ctx() context: GraphContext): Promise<BucketAmountNode[]> {
    return viewAmounts((await standing(context, id)).spent);
  }

  @FieldResolver(() => [BucketAmountNode], { description: 'What its calls in flight reserve, of each bucket.' })
  async held(@Root() { id }: RunView, @Ctx() context: GraphContext): Promise<BucketAmountNode[]> {
    return viewAmounts((await standing(context, id)).held);
  }

  @FieldResolver(() => [BucketAmountNode], { description: 'What the next call may reserve, of each bucket that the budget names.' })
  async left(@Root() { id }: RunView, @Ctx() context: GraphContext): Promise<BucketAmountNode[]> {
    return (await standing(context, id)).left.map(viewLine);
  }

  @FieldResolver(() => RunReceiptNode, { description: 'The sum of its calls.' })
  async receipt(@Root() { id }: RunView, @Ctx() context: GraphContext): Promise<RunReceiptNode> {
    return viewRunReceipt(id, (await standing(context, id)).receipt, NO_SECTIONS);
  }

  @FieldResolver(() => ReceiptConnection, { description: 'The receipts of its calls, new to old, those in flight included.' })
  async receipts(
    @Root() { id }: RunView,
    @Ctx() { receipts }: GraphContext,
    @First() first: number | null,
    @After() after: string | null,
  ): Promise<ReceiptConnection> {
    const page = pageRequest(first, after);
    return connectionOf(page, await receipts.page(page, { runId: id }), (receipt) => receiptRoot(receipt));
  }
}

async function standing({ runs }: GraphContext, id: string): Promise<RunStanding> {
  const found = await runs.standing(id);
  invariant(found !== null, 'a run that was shown stands somewhere');
  return found;
}

/** @throws Fault `not_found` also for runs that the caller may not see */
async function agentRunOf({ runs }: GraphContext, id: string): Promise<Run> {
  const run = await runs.run(id);
  if (run === null || run.kind !== 'AGENT') throw new Fault('not_found', `There is no agent run "${shown(id)}".`, { param: 'id' });
  return run;
}
