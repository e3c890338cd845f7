import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import type { AlertMetric } from '../../../alerts/alert';
import type { Bucket, RouteType, SpendWindow } from '../../../kernel/words';
import { AlertMetricEnum, BucketEnum, RouteTypeEnum, SpendWindowEnum } from '../enums';
import { DateTime, Decimal } from '../scalars';

@ObjectType('AlertRule', {
  description: 'What an account wants to be told of. It is looked at every few seconds, and less often where that takes long.',
  simpleResolvers: true,
})
export class AlertRuleNode {
  @Field(() => ID, { description: 'Names the rule.' })
  readonly id: string;

  @Field(() => ID, { description: 'The account that it is about.' })
  readonly accountId: string;

  @Field(() => String, { description: 'For people: every alert begins with it.' })
  readonly name: string;

  @Field(() => AlertMetricEnum, { description: 'What is measured.' })
  readonly metric: AlertMetric;

  @Field(() => BucketEnum, { nullable: true, description: 'Of BALANCE and SPEND.' })
  readonly bucket: Bucket | null;

  @Field(() => ID, { nullable: true, description: 'Only requests of this key.' })
  readonly apiKeyId: string | null;

  @Field(() => ID, { nullable: true, description: 'Only requests of keys of this project.' })
  readonly projectId: string | null;

  @Field(() => RouteTypeEnum, { nullable: true, description: 'Only requests on routes of this type.' })
  readonly routeType: RouteType | null;

  @Field(() => String, { nullable: true, description: 'Only requests for this model, as the client named it.' })
  readonly model: string | null;

  @Field(() => SpendWindowEnum, {
    nullable: true,
    description: 'Of SPEND and TOKENS: it alerts once of each window, also where a call that began in it ends later.',
  })
  readonly window: SpendWindow | null;

  @Field(() => Decimal, { description: 'An amount in the currency of the bucket; for TOKENS their number, for rates a share from 0 to 1.' })
  readonly threshold: bigint;

  @Field(() => Int, { nullable: true, description: 'Of the rates: fewer requests than this within the hour say nothing.' })
  readonly minimumRequests: number | null;

  @Field(() => Int, { nullable: true, description: 'Of SLOW_RATE: a request whose latencyMs is more was slow.' })
  readonly slowerThanMs: number | null;

  @Field(() => [String], {
    description: 'Who is mailed, beside the webhooks of the account; an account sends 200 mails within an hour at most.',
  })
  readonly emails: readonly string[];

  @Field(() => Boolean, { description: 'false: it is not looked at.' })
  readonly enabled: boolean;

  @Field(() => Boolean, { description: 'It has raised an alert, and is still true: of a window, until that ends.' })
  readonly firing: boolean;

  @Field(() => DateTime, { description: 'When it was made.' })
  readonly createdAt: number;
}

const THRESHOLD = 'Above zero; for TOKENS a whole number, for rates a share of at most 1.';
const EMAILS = 'At most ten addresses, where the operator has a mail server.';
const ONE_OF = { nullable: true, description: 'At most one of key, project, route type and model.' };

@InputType('CreateAlertRuleInput', { description: 'The rule that is wanted.' })
export class CreateAlertRuleInput {
  @Field(() => ID, { nullable: true, description: 'For the operator; an owner makes those of its own account.' })
  readonly accountId?: string | null;

  @Field(() => String, { description: '1 to 200 characters.' })
  readonly name: string;

  @Field(() => AlertMetricEnum, { description: 'What is measured.' })
  readonly metric: AlertMetric;

  @Field(() => BucketEnum, { nullable: true, description: 'Needed for BALANCE and SPEND, and for them alone.' })
  readonly bucket?: Bucket | null;

  @Field(() => ID, ONE_OF)
  readonly apiKeyId?: string | null;

  @Field(() => ID, ONE_OF)
  readonly projectId?: string | null;

  @Field(() => RouteTypeEnum, ONE_OF)
  readonly routeType?: RouteType | null;

  @Field(() => String, {
    nullable: true,
    description: `A model of the catalog or an alias, as requests name it. ${ONE_OF.description}`,
  })
  readonly model?: string | null;

  @Field(() => SpendWindowEnum, { nullable: true, description: 'Needed for SPEND and TOKENS, and for them alone.' })
  readonly window?: SpendWindow | null;

  @Field(() => Decimal, { description: THRESHOLD })
  readonly threshold: bigint;

  @Field(() => Int, { nullable: true, description: 'For rates alone; left out: 20.' })
  readonly minimumRequests?: number | null;

  @Field(() => Int, { nullable: true, description: 'Needed for SLOW_RATE, and for it alone: milliseconds, 1 or more.' })
  readonly slowerThanMs?: number | null;

  @Field(() => [String], { nullable: true, description: EMAILS })
  readonly emails?: readonly string[] | null;
}

@InputType('UpdateAlertRuleInput', { description: 'What is to change. What is left out or null stays as it is.' })
export class UpdateAlertRuleInput {
  @Field(() => String, { nullable: true, description: '1 to 200 characters.' })
  readonly name?: string | null;

  @Field(() => Decimal, { nullable: true, description: THRESHOLD })
  readonly threshold?: bigint | null;

  @Field(() => Int, { nullable: true, description: 'Of rates alone, 1 or more.' })
  readonly minimumRequests?: number | null;

  @Field(() => Int, { nullable: true, description: 'Of SLOW_RATE alone: milliseconds, 1 or more.' })
  readonly slowerThanMs?: number | null;

  @Field(() => [String], { nullable: true, description: `Takes the place of all addresses; empty: nobody is mailed. ${EMAILS}` })
  readonly emails?: readonly string[] | null;
}

@ObjectType('Webhook', {
  description: 'Where every alert of an account is sent, signed as the Standard Webhooks specification says.',
  simpleResolvers: true,
})
export class WebhookNode {
  @Field(() => ID, { description: 'Names the webhook.' })
  readonly id: string;

  @Field(() => ID, { description: 'Whose alerts it gets.' })
  readonly accountId: string;

  @Field(() => String, { description: 'Where they are posted.' })
  readonly url: string;

  @Field(() => DateTime, { description: 'When it was made.' })
  readonly createdAt: number;
}

@ObjectType('CreatedWebhook', { description: 'A webhook with its secret, which is shown this once.', simpleResolvers: true })
export class CreatedWebhookNode {
  @Field(() => WebhookNode, { description: 'The webhook.' })
  readonly webhook: WebhookNode;

  @Field(() => String, { description: 'whsec_…: what a receiver verifies signatures with.' })
  readonly secret: string;
}
