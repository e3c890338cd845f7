import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import { resumeAccount, suspendAccount } from '../../../keys/manage-accounts';
import type { GraphContext } from '../context';
import { AccountNode } from './account.type';

const OF_ACCOUNT = { description: 'The id of the account.' };

@Resolver()
export class SuspensionResolver {
  @Mutation(() => AccountNode, {
    description:
      'Operators only. Its keys are refused with account_suspended until it is resumed, whatever their own status; what is in flight goes on as it began. Its people read on with their tokens.',
  })
  suspendAccount(@Ctx() { sources, viewer }: GraphContext, @Arg('id', () => ID, OF_ACCOUNT) id: string): Promise<AccountNode> {
    return suspendAccount(sources, viewer, id);
  }

  @Mutation(() => AccountNode, { description: 'Operators only. Its keys may call again, each as its own status says.' })
  resumeAccount(@Ctx() { sources, viewer }: GraphContext, @Arg('id', () => ID, OF_ACCOUNT) id: string): Promise<AccountNode> {
    return resumeAccount(sources, viewer, id);
  }
}
