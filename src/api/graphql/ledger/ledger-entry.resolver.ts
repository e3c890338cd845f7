import { Arg, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { invariant } from '../../../kernel/invariant';
import type { GraphContext } from '../context';
import { ApiKeyNode } from '../keys/api-key.type';
import { viewKey } from '../keys/key-view';
import { After, connectionOf, First, pageRequest } from '../pages';
import { ReceiptNode } from '../receipts/receipt.type';
import { namedReceipt } from '../receipts/receipt-root';
import { entryFilter, LedgerFilterInput } from './ledger.input';
import { type EntryView, LedgerEntryConnection, LedgerEntryNode, viewEntry } from './ledger-entry.type';
import { viewWallet, WalletNode } from './wallet.type';

@Resolver(() => LedgerEntryNode)
export class LedgerEntryResolver {
  @Query(() => LedgerEntryConnection, { description: 'The entries that the caller may see, new to old; for a key: those that it caused.' })
  async ledgerEntries(
    @Ctx() { ledger }: GraphContext,
    @First() first: number | null,
    @After() after: string | null,
    @Arg('filter', () => LedgerFilterInput, { nullable: true, description: 'Which entries; left out: all.' })
    filter: LedgerFilterInput | null,
  ): Promise<LedgerEntryConnection> {
    const page = pageRequest(first, after);
    return connectionOf(page, await ledger.page(page, entryFilter(filter)), viewEntry);
  }

  @FieldResolver(() => WalletNode, { description: 'The wallet whose balance it changed.' })
  async wallet(@Root() { walletId }: EntryView, @Ctx() { ledger }: GraphContext): Promise<WalletNode> {
    const wallet = await ledger.wallet(walletId);
    invariant(wallet !== null, 'whoever sees an entry sees its wallet');
    return viewWallet(wallet);
  }

  @FieldResolver(() => ApiKeyNode, {
    nullable: true,
    description: 'The key that caused it; null where nobody called, as of a REFUND: its receipt names the key.',
  })
  async apiKey(@Root() { apiKeyId }: EntryView, @Ctx() { keys, now }: GraphContext): Promise<ApiKeyNode | null> {
    const key = apiKeyId === null ? null : await keys.key(apiKeyId);
    return key === null ? null : viewKey(key, now);
  }

  @FieldResolver(() => ReceiptNode, { nullable: true, description: 'The receipt of the request that caused it.' })
  receipt(@Root() { receiptId }: EntryView, @Ctx() { receipts }: GraphContext): Promise<ReceiptNode | null> {
    return namedReceipt(receipts, receiptId);
  }
}
