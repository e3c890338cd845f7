import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { AccountRole } from '../../../keys/management-token';
import { AccountRoleEnum } from '../enums';
import { DateTime } from '../scalars';

@ObjectType('AccountToken', { description: 'A token of somebody who manages an account. Its secret is not kept.', simpleResolvers: true })
export class AccountTokenNode {
  @Field(() => ID, { description: 'Names it; it is not the secret.' })
  readonly id: string;

  @Field(() => String, { description: 'Whose it is, in the words of whoever made it.' })
  readonly name: string;

  @Field(() => AccountRoleEnum, { description: 'What it may do.' })
  readonly role: AccountRole;

  @Field(() => DateTime, { description: 'When it was made.' })
  readonly createdAt: number;

  @Field(() => DateTime, { nullable: true, description: 'From then on it is refused; null: never.' })
  readonly expiresAt: number | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was revoked.' })
  readonly revokedAt: number | null;
}

@ObjectType('AccountRates', {
  description: 'What all keys of an account may do together; null: there is no such limit.',
  simpleResolvers: true,
})
export class AccountRatesNode {
  @Field(() => Int, { nullable: true, description: 'Requests that begin within a minute.' })
  readonly requestsPerMinute: number | null;

  @Field(() => Int, { nullable: true, description: 'Tokens of input and output within a minute.' })
  readonly tokensPerMinute: number | null;

  @Field(() => Int, { nullable: true, description: 'Requests at once.' })
  readonly concurrency: number | null;
}

@ObjectType('Account', { description: 'Who pays: it owns wallets, projects and keys.' })
export class AccountNode {
  @Field(() => ID, { description: 'As in the catalog, or as the operator chose it.' })
  readonly id: string;

  @Field(() => String, { description: 'For people.' })
  readonly name: string;

  @Field(() => DateTime, { description: 'When it was made.' })
  readonly createdAt: number;

  @Field(() => DateTime, { nullable: true, description: 'Since when the operator lets none of its keys call; null: they may.' })
  readonly suspendedAt: number | null;

  @Field(() => AccountRatesNode, { description: 'Set by the operator, and met beside the rates of each key.' })
  readonly rates: AccountRatesNode;
}

@ObjectType('CreatedAccountToken', { description: 'The only time that the secret is shown.' })
export class CreatedAccountToken {
  @Field(() => AccountTokenNode, { description: 'What was made.' })
  readonly token: AccountTokenNode;

  @Field(() => String, { description: 'To be sent as "Authorization: Bearer tf-mt-…".' })
  readonly secret: string;
}

@ObjectType('CreatedAccount', { description: 'A new account, and the token of its first owner.' })
export class CreatedAccount {
  @Field(() => AccountNode, { description: 'Its two balances are empty.' })
  readonly account: AccountNode;

  @Field(() => CreatedAccountToken, { description: 'For its first owner.' })
  readonly owner: CreatedAccountToken;
}
