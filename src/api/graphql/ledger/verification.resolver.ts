import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import { Fault } from '../../../kernel/fault';
import type { GraphContext } from '../context';
import { LedgerVerificationNode } from './verification.type';

@Resolver()
export class VerificationResolver {
  @Query(() => LedgerVerificationNode, {
    description: 'Recomputes a wallet from its rows, as of one moment. For the account that owns it, and for the operator.',
  })
  async verifyLedger(
    @Ctx() { viewer, ledger, sources }: GraphContext,
    @Arg('walletId', () => ID, { description: 'The account and the bucket: acme:RMB.' }) walletId: string,
  ): Promise<LedgerVerificationNode> {
    if (viewer.kind === 'key') throw new Fault('forbidden', 'Only the account that owns a wallet, and the operator, may verify it.');
    const wallet = await ledger.wallet(walletId);
    if (wallet === null) throw new Fault('not_found', 'There is no such wallet.');
    return sources.verifier.verify(wallet.id);
  }
}
