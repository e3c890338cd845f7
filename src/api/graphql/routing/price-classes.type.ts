import { Field, ObjectType } from 'type-graphql';
import { Decimal } from '../scalars';

@ObjectType('PriceClasses', {
  description: 'What a price has apart. Without a class of its own, a token costs what the rest of its side does.',
})
export class PriceClassesNode {
  @Field(() => Decimal, { nullable: true, description: 'Input tokens of audio, per one million.' })
  readonly audioInput?: bigint;

  @Field(() => Decimal, { nullable: true, description: 'Input tokens of pictures, per one million.' })
  readonly imageInput?: bigint;

  @Field(() => Decimal, { nullable: true, description: 'Output tokens of reasoning, per one million.' })
  readonly reasoning?: bigint;

  @Field(() => Decimal, { nullable: true, description: 'Output tokens of audio, per one million.' })
  readonly audioOutput?: bigint;

  @Field(() => Decimal, { nullable: true, description: 'Output tokens of pictures, per one million.' })
  readonly imageOutput?: bigint;

  @Field(() => Decimal, { nullable: true, description: 'For each picture that was made.' })
  readonly perImage?: bigint;

  @Field(() => Decimal, { nullable: true, description: 'For each second of audio that was heard.' })
  readonly perSecond?: bigint;

  @Field(() => Decimal, { nullable: true, description: 'Characters of text that is spoken, per one million.' })
  readonly characters?: bigint;
}
