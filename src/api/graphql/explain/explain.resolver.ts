import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import { explainSpend } from '../../../gateway/views/explain-spend';
import { loadReceipt } from '../../../gateway/views/load-receipt';
import { Fault } from '../../../kernel/fault';
import { shown } from '../../../kernel/shown';
import type { LedgerEntry } from '../../../ledger/wallet';
import type { GraphContext } from '../context';
import { viewEntry } from '../ledger/ledger-entry.type';
import { receiptRoot } from '../receipts/receipt-root';
import { SpendExplanationNode } from './spend-explanation.type';

@Resolver()
export class ExplainResolver {
  @Query(() => SpendExplanationNode, { description: 'How one ledger entry came about, in words and numbers.' })
  async explainSpend(
    @Ctx() context: GraphContext,
    @Arg('ledgerEntryId', () => ID, { description: 'The id of the entry.' }) id: string,
  ): Promise<SpendExplanationNode> {
    const entry = await visibleEntry(context, id);
    if (entry === null) throw new Fault('not_found', `There is no ledger entry "${shown(id)}".`, { param: 'ledgerEntryId' });
    const { sources, scope, receipts } = context;
    const loaded = entry.receiptId === null ? undefined : await loadReceipt(sources, entry.receiptId, scope);
    const readable = entry.receiptId === null ? null : await receipts.receipt(entry.receiptId);
    const { text, lines } = explainSpend(entry, loaded?.view ?? null);
    return { entry: viewEntry(entry), receipt: readable === null ? null : receiptRoot(readable), text, lines: [...lines] };
  }
}

/** A key sees the entries of its receipts, what was given back of them included; an account those of its wallets. */
async function visibleEntry({ sources, viewer, ledger, receipts }: GraphContext, id: string): Promise<LedgerEntry | null> {
  const entry = (await sources.reader.entriesById([id])).get(id);
  if (entry === undefined) return null;
  if (viewer.kind !== 'key') return (await ledger.wallet(entry.walletId)) === null ? null : entry;
  return entry.receiptId === null || (await receipts.receipt(entry.receiptId)) === null ? null : entry;
}
