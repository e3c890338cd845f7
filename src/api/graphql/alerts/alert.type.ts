import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { AlertDelivery, AlertMetric, DeliveryMeans, DeliveryState } from '../../../alerts/alert';
import { AlertMetricEnum, DeliveryMeansEnum, DeliveryStateEnum } from '../enums';
import { type Connection, connectionType } from '../pages';
import { DateTime, Decimal } from '../scalars';

@ObjectType('AlertDelivery', { description: 'One alert on its way to one place, with what the last try came to.', simpleResolvers: true })
export class AlertDeliveryNode implements Omit<AlertDelivery, 'alertId'> {
  @Field(() => ID, { description: 'The same for every try: sent as webhook-id, and as the id of the mail.' })
  readonly id: string;

  @Field(() => DeliveryMeansEnum, { description: 'How it is sent.' })
  readonly means: DeliveryMeans;

  @Field(() => String, { description: 'The id of the webhook, or the address of the mail.' })
  readonly target: string;

  @Field(() => DeliveryStateEnum, { description: 'How far it has come.' })
  readonly state: DeliveryState;

  @Field(() => Int, { description: 'How often it was tried.' })
  readonly tries: number;

  @Field(() => DateTime, { description: 'When it is tried next, while it is pending.' })
  readonly nextTryAt: number;

  @Field(() => String, { nullable: true, description: 'What the last try came to; null before the first.' })
  readonly lastResult: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When it arrived.' })
  readonly deliveredAt: number | null;
}

@ObjectType('Alert', { description: 'One time that a rule came true.' })
export class AlertNode {
  @Field(() => ID, { description: 'Names the alert for ever.' })
  readonly id: string;

  @Field(() => String, { description: 'Its place in the order of all: to be passed to the subscription as `after`.' })
  readonly cursor: string;

  @Field(() => ID, { description: 'The account that it is about.' })
  readonly accountId: string;

  @Field(() => AlertMetricEnum, { description: 'What was measured.' })
  readonly metric: AlertMetric;

  @Field(() => String, { description: 'What happened, in words and numbers.' })
  readonly message: string;

  @Field(() => Decimal, { description: 'What was measured: an amount, or a share of the requests.' })
  readonly value: bigint;

  @Field(() => Decimal, { description: 'The threshold of the rule at that moment.' })
  readonly threshold: bigint;

  @Field(() => DateTime, { description: 'When it was raised.' })
  readonly raisedAt: number;

  readonly ruleId: string;
  readonly receiptId: string | null;
  readonly ledgerEntryId: string | null;
}

export const AlertConnection = connectionType('Alert', AlertNode, { one: 'alert', many: 'alerts' });
export type AlertConnection = Connection<AlertNode>;
