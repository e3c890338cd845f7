import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { GraphContext } from '../context';
import { type EntryView, LedgerEntryNode } from '../ledger/ledger-entry.type';
import { ReceiptNode } from '../receipts/receipt.type';
import type { ReceiptRoot } from '../receipts/receipt-root';
import { ResearchRunNode, viewResearch } from './research-run.type';

@Resolver(() => ReceiptNode)
export class ResearchOfReceipt {
  @FieldResolver(() => ResearchRunNode, { nullable: true, description: 'The research run that the call belongs to.' })
  researchRun(@Root() { runId }: ReceiptRoot, @Ctx() context: GraphContext): Promise<ResearchRunNode | null> {
    return researchOf(context, runId);
  }
}

@Resolver(() => LedgerEntryNode)
export class ResearchOfEntry {
  @FieldResolver(() => ResearchRunNode, { nullable: true, description: 'The research run whose call caused it.' })
  researchRun(@Root() { runId }: EntryView, @Ctx() context: GraphContext): Promise<ResearchRunNode | null> {
    return researchOf(context, runId);
  }
}

async function researchOf({ research }: GraphContext, runId: string | null): Promise<ResearchRunNode | null> {
  const run = runId === null ? null : await research.run(runId);
  return run === null ? null : viewResearch(run);
}
