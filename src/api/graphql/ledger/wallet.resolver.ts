import { Arg, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import type { GraphContext } from '../context';
import { After, connectionOf, First, pageRequest } from '../pages';
import { entryFilter, LedgerFilterInput } from './ledger.input';
import { LedgerEntryConnection, viewEntry } from './ledger-entry.type';
import { viewWallet, WalletNode } from './wallet.type';

@Resolver(() => WalletNode)
export class WalletResolver {
  @Query(() => [WalletNode], { description: 'Both wallets of the account; for the operator: those of every account.' })
  async wallets(@Ctx() { ledger }: GraphContext): Promise<WalletNode[]> {
    return (await ledger.wallets()).map(viewWallet);
  }

  @FieldResolver(() => LedgerEntryConnection, { description: 'The entries of this wallet that the caller may see, new to old.' })
  async entries(
    @Root() { id }: WalletNode,
    @Ctx() { ledger }: GraphContext,
    @First() first: number | null,
    @After() after: string | null,
    @Arg('filter', () => LedgerFilterInput, { nullable: true, description: 'Which entries; left out: all.' })
    filter: LedgerFilterInput | null,
  ): Promise<LedgerEntryConnection> {
    const page = pageRequest(first, after);
    return connectionOf(page, await ledger.page(page, entryFilter(filter, id)), viewEntry);
  }
}
