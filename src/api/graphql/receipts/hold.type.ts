import { Field, ObjectType } from 'type-graphql';
import type { HoldState } from '../../../kernel/words';
import { HoldStateEnum } from '../enums';
import { DateTime, Decimal } from '../scalars';

@ObjectType('Hold', { description: 'Money that was reserved before anything was sent.' })
export class HoldNode {
  @Field(() => Decimal, { description: 'The most that the request could be charged.' })
  readonly amount: bigint;

  @Field(() => HoldStateEnum, { description: 'What became of it.' })
  readonly state: HoldState;

  @Field(() => DateTime, { description: 'When the request first reserved money, on the other balance where it crossed over from that.' })
  readonly placedAt: number;

  @Field(() => DateTime, { description: 'An hour after it was placed. No clock ends a hold: recovery ends that of a process that died.' })
  readonly expiresAt: number;

  @Field(() => DateTime, { nullable: true, description: 'When it was settled or released; null while it is open.' })
  readonly resolvedAt: number | null;
}
