import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import { Fault } from '../../../kernel/fault';
import { maySeeAccount } from '../../../keys/viewer';
import { accountOfWallet } from '../../../ledger/wallet';
import type { GraphContext } from '../context';
import { LedgerVerificationNode } from './verification.type';

@Resolver()
export class VerificationResolver {
  @Query(() => LedgerVerificationNode, {
    description: 'Recomputes a wallet from its rows, as of one moment. For the account that owns it, and for the operator.',
  })
  async verifyLedger(
    @Ctx() { viewer, sources }: GraphContext,
    @Arg('walletId', () => ID, { description: 'The account and the bucket: acme:RMB.' }) walletId: string,
  ): Promise<LedgerVerificationNode> {
    if (viewer.kind === 'key') throw new Fault('forbidden', 'Only the account that owns a wallet, and the operator, may verify it.');
    // Not by its row, which may be what is wrong.
    const accountId = accountOfWallet(walletId);
    const account = accountId === null || !maySeeAccount(viewer, accountId) ? undefined : await sources.accounts.find(accountId);
    if (account === undefined || account.id !== accountId) throw new Fault('not_found', 'There is no such wallet.');
    return sources.verifier.verify(walletId);
  }
}
