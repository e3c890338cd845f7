import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Fault } from '../../../kernel/fault';
import { shown } from '../../../kernel/shown';
import { createAccount, renameAccount } from '../../../keys/manage-accounts';
import { type AccountRole, createToken } from '../../../keys/management-token';
import { accountOf, mayDecide, maySeeAccount } from '../../../keys/viewer';
import type { GraphContext } from '../context';
import { decidedAccount } from '../decided-account';
import { AccountRoleEnum } from '../enums';
import { DateTime } from '../scalars';
import { AccountNode, AccountTokenNode, CreatedAccount, CreatedAccountToken } from './account.type';

const ONCE =
  'Yours to choose, for each account: the same one never makes a second token. A repeat of the same wish fails with faultCode idempotency_settled and names the token that was made, whose secret cannot be shown again: revokeAccountToken ends it. Of another wish: idempotency_mismatch.';

@Resolver(() => AccountNode)
export class AccountResolver {
  @Query(() => [AccountNode], { description: 'Every account for the operator; its own for everybody else.' })
  async accounts(@Ctx() { sources, viewer }: GraphContext): Promise<AccountNode[]> {
    const own = accountOf(viewer);
    if (own === null) return [...(await sources.accounts.list())];
    const account = await sources.accounts.find(own);
    return account === undefined ? [] : [account];
  }

  @FieldResolver(() => [AccountTokenNode], {
    description: 'For its owners and the operator: the tokens that were made for its people, new to old. Empty for others.',
  })
  async tokens(@Root() { id }: AccountNode, @Ctx() { accountTokens, viewer }: GraphContext): Promise<AccountTokenNode[]> {
    return mayDecide(viewer) ? [...((await accountTokens.load(id)) ?? [])] : [];
  }

  @Mutation(() => CreatedAccount, { description: 'Operators only. An account with two empty balances, and a token for its first owner.' })
  async createAccount(
    @Ctx() { sources, viewer }: GraphContext,
    @Arg('id', () => ID, { description: '1 to 64 characters of letters, digits and . _ / -' }) id: string,
    @Arg('name', () => String, { description: 'For people; 1 to 200 characters.' }) name: string,
  ): Promise<CreatedAccount> {
    if (viewer.kind !== 'operator') throw new Fault('forbidden', 'Only the operator may create accounts.');
    const { account, created } = await createAccount(sources, { id, name });
    return { account, owner: created };
  }

  @Mutation(() => AccountNode, {
    description: 'Operators only. Another name for people; its id stays. A start with a catalog that declares the account leaves it.',
  })
  renameAccount(
    @Ctx() { sources, viewer }: GraphContext,
    @Arg('id', () => ID, { description: 'The id of the account.' }) id: string,
    @Arg('name', () => String, { description: 'For people; 1 to 200 characters.' }) name: string,
  ): Promise<AccountNode> {
    return renameAccount(sources, viewer, id, name);
  }

  @Mutation(() => CreatedAccountToken, { description: 'For an owner or the operator: a token for somebody who manages the account.' })
  async createAccountToken(
    @Ctx() context: GraphContext,
    @Arg('name', () => String, { description: 'Whose it is; 1 to 200 characters.' }) name: string,
    @Arg('role', () => AccountRoleEnum, { description: 'What it may do.' }) role: AccountRole,
    @Arg('accountId', () => ID, { nullable: true, description: 'For the operator; an owner makes those of its own account.' }) accountId:
      | string
      | null,
    @Arg('expiresAt', () => DateTime, { nullable: true, description: 'Left out: it does not expire.' }) expiresAt: number | null,
    @Arg('idempotencyKey', () => String, { nullable: true, description: ONCE }) idempotencyKey: string | null,
  ): Promise<CreatedAccountToken> {
    const account = await decidedAccount(context, accountId ?? null, 'make tokens');
    return createToken(context.sources, { accountId: account, name, role, expiresAt: expiresAt ?? null }, idempotencyKey ?? null);
  }

  @Mutation(() => AccountTokenNode, {
    description: 'For an owner or the operator. It is refused from then on, and live connections with it are closed within two seconds.',
  })
  async revokeAccountToken(
    @Ctx() { sources, viewer }: GraphContext,
    @Arg('id', () => ID, { description: 'The id of the token, not its secret.' }) id: string,
  ): Promise<AccountTokenNode> {
    if (!mayDecide(viewer)) throw new Fault('forbidden', 'Only an owner of the account, or the operator, may revoke its tokens.');
    const token = await sources.tokens.find(id);
    if (token === undefined || !maySeeAccount(viewer, token.accountId))
      throw new Fault('not_found', `There is no token "${shown(id)}".`, { param: 'id' });
    await sources.tokens.revoke(id, sources.clock.now());
    return (await sources.tokens.find(id)) ?? token;
  }
}
