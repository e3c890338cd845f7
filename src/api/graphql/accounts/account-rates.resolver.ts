import { Arg, Ctx, ID, Int, Mutation, Resolver } from 'type-graphql';
import { setAccountRates } from '../../../keys/manage-accounts';
import type { GraphContext } from '../context';
import { AccountNode } from './account.type';

const limit = (what: string) => ({ nullable: true, description: `${what}, 1 or more; left out or null: no such limit.` });

@Resolver()
export class AccountRatesResolver {
  @Mutation(() => AccountNode, {
    description:
      'Operators only. What all keys of the account may do together, whatever rates their owner gives them. Takes the place of all rates that it had.',
  })
  setAccountRates(
    @Ctx() { sources, viewer }: GraphContext,
    @Arg('id', () => ID, { description: 'The id of the account.' }) id: string,
    @Arg('requestsPerMinute', () => Int, limit('Requests that begin within a minute')) requestsPerMinute: number | null,
    @Arg('tokensPerMinute', () => Int, limit('Tokens of input and output within a minute')) tokensPerMinute: number | null,
    @Arg('concurrency', () => Int, limit('Requests at once')) concurrency: number | null,
  ): Promise<AccountNode> {
    const rates = { requestsPerMinute: requestsPerMinute ?? null, tokensPerMinute: tokensPerMinute ?? null };
    return setAccountRates(sources, viewer, id, { ...rates, concurrency: concurrency ?? null });
  }
}
