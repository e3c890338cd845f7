import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, FieldResolver, ID, Info, Query, Resolver, Root } from 'type-graphql';
import type { Page, PageRequest } from '../../../ledger/ledger-reader';
import type { ReadableReceipt } from '../../../ledger/receipt';
import { fieldsBelow } from '../asked-fields';
import type { GraphContext } from '../context';
import { ApiKeyNode } from '../keys/api-key.type';
import { After, connectionOf, First, pageRequest } from '../pages';
import { ReceiptNode } from './receipt.type';
import { filterOf, ReceiptFilterInput } from './receipt-filter.input';
import { ReceiptConnection } from './receipt-parts.type';
import { namedReceipt, receiptRoot } from './receipt-root';

const FILTER_DESCRIPTION = 'Which receipts; left out: all.';

@Resolver(() => ReceiptNode)
export class ReceiptQueries {
  @Query(() => ReceiptNode, { nullable: true, description: 'null: there is no such receipt, or it is not the caller’s.' })
  receipt(
    @Ctx() { receipts }: GraphContext,
    @Arg('id', () => ID, { description: 'The request id.' }) id: string,
  ): Promise<ReceiptNode | null> {
    return namedReceipt(receipts, id);
  }

  @Query(() => ReceiptConnection, { description: 'The receipts that the caller may see, new to old, those in flight included.' })
  async receipts(
    @Ctx() context: GraphContext,
    @Info() info: GraphQLResolveInfo,
    @First() first: number | null,
    @After() after: string | null,
    @Arg('filter', () => ReceiptFilterInput, { nullable: true, description: FILTER_DESCRIPTION }) filter: ReceiptFilterInput | null,
  ): Promise<ReceiptConnection> {
    const page = pageRequest(first, after);
    return complete(context, info, page, await context.receipts.page(page, filterOf(filter)));
  }
}

@Resolver(() => ApiKeyNode)
export class ReceiptsOfKey {
  @FieldResolver(() => ReceiptConnection, { description: 'The requests of this key, new to old, those in flight included.' })
  async receipts(
    @Root() { id }: ApiKeyNode,
    @Ctx() { receipts }: GraphContext,
    @First() first: number | null,
    @After() after: string | null,
    @Arg('filter', () => ReceiptFilterInput, { nullable: true, description: FILTER_DESCRIPTION }) filter: ReceiptFilterInput | null,
  ): Promise<ReceiptConnection> {
    const page = pageRequest(first, after);
    return connectionOf(page, await receipts.pageOfKey(id, page, filterOf(filter)), (receipt) => receiptRoot(receipt));
  }
}

const WAYS_TO_NODES = [['nodes'], ['edges', 'node']];

/** The page with what its nodes were asked for, where it is read for all of them at once. */
async function complete(
  { receipts, ledger }: GraphContext,
  info: GraphQLResolveInfo,
  request: PageRequest,
  page: Page<ReadableReceipt>,
): Promise<ReceiptConnection> {
  const asked = fieldsBelow(info, WAYS_TO_NODES);
  const found = page.items.map(({ node }) => node);
  const [attempts, entries] = await Promise.all([
    asked.has('attempts') ? receipts.attemptsOf(found) : null,
    asked.has('ledgerEntries') ? ledger.entriesOfPage(found.map(({ record }) => record.requestId)) : null,
  ]);
  return connectionOf(request, page, (receipt, at) => {
    const read = { attempts: attempts?.[at] ?? null, entries: entries === null ? null : (entries.get(receipt.record.requestId) ?? []) };
    return receiptRoot(receipt, read);
  });
}
