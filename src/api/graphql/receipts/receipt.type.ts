import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { Bucket, Currency, RequestStatus, RouteType, StopReason } from '../../../kernel/words';
import { BucketEnum, CurrencyEnum, RequestStatusEnum, RouteTypeEnum, StopReasonEnum } from '../enums';
import { DateTime, Decimal } from '../scalars';
import { HoldNode } from './hold.type';
import { UsageNode } from './usage.type';

@ObjectType('Receipt', {
  description: 'The whole story of one request, readable by the key that made it and by the account that owns the key.',
  simpleResolvers: true,
})
export class ReceiptNode {
  @Field(() => ID, { description: 'The request id, as in the x-request-id response header.' })
  readonly id: string;

  @Field(() => DateTime, { description: 'When the request came in.' })
  readonly createdAt: number;

  @Field(() => DateTime, { nullable: true, description: 'When the request ended; null while it is in flight.' })
  readonly settledAt: number | null;

  @Field(() => String, { description: 'The path that was called: /v1/chat/completions.' })
  readonly endpoint: string;

  @Field(() => Boolean, { description: 'Whether the answer was asked for as a stream.' })
  readonly stream: boolean;

  @Field(() => RequestStatusEnum, { description: 'How the request stands.' })
  readonly status: RequestStatus;

  @Field(() => StopReasonEnum, { nullable: true, description: 'Why the answer ended; null while the request is in flight.' })
  readonly stopReason: StopReason | null;

  @Field(() => String, { nullable: true, description: 'null when the body could not be read.' })
  readonly requestedModel: string | null;

  @Field(() => String, { nullable: true, description: 'The model of the catalog that was meant; null when none was found.' })
  readonly model: string | null;

  @Field(() => String, { nullable: true, description: 'Why that model, where the request named another.' })
  readonly modelReason: string | null;

  @Field(() => String, { nullable: true, description: 'What the gateway sent.' })
  readonly upstreamModel: string | null;

  @Field(() => String, { nullable: true, description: 'What the provider said it ran.' })
  readonly reportedModel: string | null;

  @Field(() => RouteTypeEnum, { nullable: true, description: 'The type of the route; null when none was found.' })
  readonly routeType: RouteType | null;

  @Field(() => Int, { description: 'Tries after the first on the same channel.' })
  readonly retryCount: number;

  @Field(() => Int, { description: 'Moves to another channel.' })
  readonly fallbackCount: number;

  @Field(() => Int, { nullable: true, description: 'The HTTP status of the last provider that answered.' })
  readonly providerStatus: number | null;

  @Field(() => String, { nullable: true, description: 'Our error code, when the request failed.' })
  readonly errorCode: string | null;

  @Field(() => String, { nullable: true, description: 'What the client was told, when the request failed.' })
  readonly errorMessage: string | null;

  @Field(() => UsageNode, { description: 'The tokens that the charge was made from.' })
  readonly usage: UsageNode;

  @Field(() => Int, { nullable: true, description: 'From the request to its end, in milliseconds.' })
  readonly latencyMs: number | null;

  @Field(() => Int, { nullable: true, description: 'To the first byte of the answer, in milliseconds, on the channel that gave it.' })
  readonly timeToFirstTokenMs: number | null;

  @Field(() => BucketEnum, { nullable: true, description: 'Which balance paid.' })
  readonly bucket: Bucket | null;

  @Field(() => CurrencyEnum, { nullable: true, description: 'What its amounts count in; null when no route was found.' })
  readonly currency: Currency | null;

  @Field(() => String, { nullable: true, description: 'Why that balance paid.' })
  readonly bucketReason: string | null;

  @Field(() => Int, {
    nullable: true,
    description:
      "The output limit that was set because the balance, or the key's maxCharge, covered no more; null when nothing was lowered.",
  })
  readonly loweredOutputLimit: number | null;

  @Field(() => Boolean, { description: 'The gateway that served it died, and another one ended it at what was certain.' })
  readonly recovered: boolean;

  @Field(() => HoldNode, { nullable: true, description: 'null when the request was refused before anything was reserved.' })
  readonly hold: HoldNode | null;

  @Field(() => Decimal, { description: 'What the request was charged. Zero has a reason.' })
  readonly charge: bigint;

  @Field(() => String, { nullable: true, description: 'Why the charge is zero.' })
  readonly noChargeReason: string | null;

  @Field(() => String, { nullable: true, description: "The user's next step after a failure." })
  readonly nextStep: string | null;
}
