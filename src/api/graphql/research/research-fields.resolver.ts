import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { invariant } from '../../../kernel/invariant';
import { estimateErrorOf } from '../../../research/estimate';
import { isKeptReportTrue, retriedSections } from '../../../research/report-of';
import { addAmounts, NOTHING } from '../../../runs/amounts';
import { leftOf } from '../../../runs/run-receipt';
import type { GraphContext } from '../context';
import { ApiKeyNode } from '../keys/api-key.type';
import { viewKey } from '../keys/key-view';
import { BucketAmountNode } from '../ledger/bucket-amount.type';
import { ReceiptNode } from '../receipts/receipt.type';
import { receiptRoot } from '../receipts/receipt-root';
import { RunReceiptNode } from '../runs/run-receipt.type';
import { viewAmounts, viewLine, viewRunReceipt } from '../runs/run-view';
import { ResearchRunNode, type ResearchView } from './research-run.type';
import { ResearchSectionNode, type SectionView, viewSection } from './research-section.type';

@Resolver(() => ResearchRunNode)
export class ResearchFields {
  @FieldResolver(() => ApiKeyNode, { description: 'The key that pays for it.' })
  async apiKey(@Root() { research }: ResearchView, @Ctx() { keys, now }: GraphContext): Promise<ApiKeyNode> {
    const key = await keys.key(research.run.apiKeyId);
    invariant(key !== null, 'whoever sees a run sees its key');
    return viewKey(key, now);
  }

  @FieldResolver(() => String, { description: 'Its place in lists: to be passed as `after` of researchRuns, for the runs before it.' })
  cursor(@Root() { id }: ResearchView, @Ctx() { sources }: GraphContext): string {
    return sources.runs.cursorOf(id);
  }

  @FieldResolver(() => [BucketAmountNode], { description: 'What it was charged, of each bucket.' })
  async spent(@Root() root: ResearchView, @Ctx() context: GraphContext): Promise<BucketAmountNode[]> {
    return viewAmounts((await standing(root, context)).spent);
  }

  @FieldResolver(() => [BucketAmountNode], { description: 'What its calls in flight reserve, of each bucket.' })
  async held(@Root() root: ResearchView, @Ctx() context: GraphContext): Promise<BucketAmountNode[]> {
    return viewAmounts((await standing(root, context)).held);
  }

  @FieldResolver(() => [BucketAmountNode], { description: 'What it may still reserve, of each bucket that the budget names.' })
  async left(@Root() root: ResearchView, @Ctx() context: GraphContext): Promise<BucketAmountNode[]> {
    const { spent, held } = await standing(root, context);
    return leftOf(root.research.run, addAmounts(spent, held)).map(viewLine);
  }

  @FieldResolver(() => [ResearchSectionNode], { description: 'In the order of the plan: each behind those that it reads.' })
  async sections(@Root() { id }: ResearchView, @Ctx() { research }: GraphContext): Promise<ResearchSectionNode[]> {
    return (await research.sections(id)).map(viewSection);
  }

  @FieldResolver(() => String, { nullable: true, description: 'Markdown, present as far as it is written; null: nothing is.' })
  async report(@Root() root: ResearchView, @Ctx() context: GraphContext): Promise<string | null> {
    if (await isKeptTrue(root, context)) return root.research.report;
    return (await context.research.pageSoFar(root.research))?.markdown ?? root.research.report;
  }

  @FieldResolver(() => String, { nullable: true, description: 'The same as a page with charts, which needs nothing else.' })
  async reportHtml(@Root() root: ResearchView, @Ctx() context: GraphContext): Promise<string | null> {
    if (await isKeptTrue(root, context)) return context.research.html(root.id);
    return (await context.research.pageSoFar(root.research))?.html ?? context.research.html(root.id);
  }

  @FieldResolver(() => RunReceiptNode, { description: 'The sum of its calls.' })
  async receipt(@Root() root: ResearchView, @Ctx() context: GraphContext): Promise<RunReceiptNode> {
    const { id, research: shown } = root;
    const { receipt, spent } = await standing(root, context);
    const [sections, charges] = await Promise.all([context.research.sections(id), context.research.charges(id)]);
    const bySection = sections.map(({ id: sectionId, name, title, tries }) => {
      const charge = charges.get(sectionId);
      return { name, title, tries, requests: charge?.requests ?? 0, charge: viewAmounts(charge?.spent ?? NOTHING) };
    });
    return viewRunReceipt(id, receipt, {
      retriedSections: retriedSections(sections),
      estimateError: shown.run.finishedAt === null ? null : estimateErrorOf(shown.estimate.expected, spent),
      retryCost: viewAmounts(sections.map(({ id: sectionId }) => charges.get(sectionId)?.wasted ?? NOTHING).reduce(addAmounts, NOTHING)),
      bySection,
    });
  }
}

@Resolver(() => ResearchSectionNode)
export class ResearchSectionFields {
  @FieldResolver(() => [BucketAmountNode], { description: 'What its calls were charged, of each bucket, failed tries included.' })
  async charge(@Root() { id, runId }: SectionView, @Ctx() { research }: GraphContext): Promise<BucketAmountNode[]> {
    return viewAmounts((await research.charges(runId)).get(id)?.spent ?? NOTHING);
  }

  @FieldResolver(() => [ReceiptNode], { description: 'The receipts of its calls, in order: also of tries that failed.' })
  async receipts(@Root() { id, runId }: SectionView, @Ctx() { research, receipts }: GraphContext): Promise<ReceiptNode[]> {
    const ids = (await research.charges(runId)).get(id)?.receiptIds ?? [];
    research.take(ids.length);
    const found = await Promise.all(ids.map((receiptId) => receipts.receipt(receiptId)));
    return found.flatMap((receipt) => (receipt === null ? [] : [receiptRoot(receipt)]));
  }
}

/** Read of the receipt only where there is a report that was kept. */
async function isKeptTrue(root: ResearchView, context: GraphContext): Promise<boolean> {
  return root.research.report !== null && isKeptReportTrue(root.research, (await standing(root, context)).receipt);
}

async function standing({ research }: ResearchView, { runs }: GraphContext) {
  runs.known(research.run);
  const found = await runs.standing(research.run.id);
  invariant(found !== null, 'a run that was shown stands somewhere');
  return found;
}
