import { Arg, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { Fault } from '../../../kernel/fault';
import { shown } from '../../../kernel/shown';
import { currencyOf } from '../../../kernel/words';
import type { Viewer } from '../../../keys/viewer';
import { checkTotals, monthOf, type Period, type StatementWallet } from '../../../ledger/statement/statement';
import { accountAsked } from '../account-asked';
import type { GraphContext } from '../context';
import { LedgerEntryConnection, viewEntry } from '../ledger/ledger-entry.type';
import { After, connectionOf, First, pageRequest } from '../pages';
import { StatementNode, StatementTotalNode, StatementWalletNode } from './statement.type';

type WalletRoot = StatementWallet & Pick<StatementWalletNode, 'currency'> & { readonly period: Period };

@Resolver(() => StatementWalletNode)
export class StatementResolver {
  @Query(() => StatementNode, { description: 'The statement of an account for a month, for its people and the operator. Not for keys.' })
  async statement(
    @Ctx() { viewer, sources }: GraphContext,
    @Arg('accountId', () => ID, { nullable: true, description: 'For the operator; an account reads its own.' }) accountId: string | null,
    @Arg('month', () => String, { description: 'In UTC, such as 2026-11: from 1970-01 to 2999-12.' }) month: string,
  ): Promise<StatementNode> {
    const account = readableAccount(viewer, accountId ?? null);
    const period = monthOf(month);
    const wallets = await sources.statements.wallets(account, period);
    if (wallets.length === 0) throw noAccount(account);
    const roots: WalletRoot[] = wallets.map((wallet) => ({ ...wallet, currency: currencyOf(wallet.bucket), period }));
    return { accountId: account, month, ...period, wallets: roots };
  }

  @FieldResolver(() => [StatementTotalNode], { description: 'The entries of the month, added up by kind.' })
  async totals(@Root() wallet: WalletRoot, @Ctx() { sources }: GraphContext): Promise<StatementTotalNode[]> {
    const totals = await sources.statements.totals(wallet);
    checkTotals(wallet, totals);
    return [...totals];
  }

  @FieldResolver(() => LedgerEntryConnection, { description: 'The entries of the month, new to old.' })
  async entries(
    @Root() { walletId, period }: WalletRoot,
    @Ctx() { ledger }: GraphContext,
    @First() first: number | null,
    @After() after: string | null,
  ): Promise<LedgerEntryConnection> {
    const page = pageRequest(first, after);
    return connectionOf(page, await ledger.page(page, { walletId, ...period }), viewEntry);
  }
}

/** Another account is answered like one that does not exist. */
function readableAccount(viewer: Viewer, asked: string | null): string {
  if (viewer.kind === 'key') throw new Fault('forbidden', 'A key cannot read statements: ask with the token of its account.');
  const account = accountAsked(viewer, asked);
  if (viewer.kind === 'account' && viewer.accountId !== account) throw noAccount(account);
  return account;
}

function noAccount(account: string): Fault {
  return new Fault('not_found', `There is no account "${shown(account)}".`, { param: 'accountId' });
}
