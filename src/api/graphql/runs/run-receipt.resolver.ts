import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { NOTHING } from '../../../runs/amounts';
import type { GraphContext } from '../context';
import { BucketAmountNode } from '../ledger/bucket-amount.type';
import { RunReceiptNode } from './run-receipt.type';
import { type RunReceiptView, viewAmounts } from './run-view';

const PAGE = 100;
/** Of calls that moved more often than this nothing is added up in one answer. */
const MOVES_MAX = 1_000;

@Resolver(() => RunReceiptNode)
export class RunReceiptFields {
  @FieldResolver(() => [BucketAmountNode], {
    nullable: true,
    description: `What calls cost more, or less, because they moved to another channel, of each bucket. null: they moved more than ${MOVES_MAX} times.`,
  })
  async fallbackCost(@Root() { runId, fallbacks }: RunReceiptView, @Ctx() { receipts }: GraphContext): Promise<BucketAmountNode[] | null> {
    if (fallbacks > MOVES_MAX) return null;
    const sum = { ...NOTHING };
    let after: string | undefined;
    let more = fallbacks > 0;
    while (more) {
      const page = await receipts.page({ first: PAGE, ...(after === undefined ? {} : { after }) }, { runId, withFallback: true });
      for (const { node } of page.items) {
        const { bucket } = node.record;
        if (bucket !== null) sum[bucket] += (await receipts.priced(node)).fallbackDelta ?? 0n;
      }
      after = page.items.at(-1)?.cursor;
      more = page.hasNextPage;
    }
    return viewAmounts(sum);
  }
}
