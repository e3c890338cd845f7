import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { GraphContext } from '../context';
import { type EntryView, LedgerEntryNode } from '../ledger/ledger-entry.type';
import { ReceiptNode } from '../receipts/receipt.type';
import type { ReceiptRoot } from '../receipts/receipt-root';
import { AgentRunNode } from './agent-run.type';
import { viewRun } from './run-view';

@Resolver(() => ReceiptNode)
export class RunOfReceipt {
  @FieldResolver(() => AgentRunNode, { nullable: true, description: 'The run of an agent that the call was attached to.' })
  agentRun(@Root() { runId }: ReceiptRoot, @Ctx() context: GraphContext): Promise<AgentRunNode | null> {
    return runOf(context, runId);
  }
}

@Resolver(() => LedgerEntryNode)
export class RunOfEntry {
  @FieldResolver(() => AgentRunNode, { nullable: true, description: 'The run of an agent whose call caused it.' })
  agentRun(@Root() { runId }: EntryView, @Ctx() context: GraphContext): Promise<AgentRunNode | null> {
    return runOf(context, runId);
  }
}

async function runOf({ runs }: GraphContext, runId: string | null): Promise<AgentRunNode | null> {
  const run = runId === null ? null : await runs.run(runId);
  return run === null || run.kind !== 'AGENT' ? null : viewRun(run);
}
