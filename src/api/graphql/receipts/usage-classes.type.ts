import { Field, Int, ObjectType } from 'type-graphql';

@ObjectType('UsageClasses', { description: 'What of an answer may be priced apart; null where it used none of it.', simpleResolvers: true })
export class UsageClassesNode {
  @Field(() => Int, { nullable: true, description: 'Input tokens of audio, a part of the input.' })
  readonly audioInputTokens?: number;

  @Field(() => Int, { nullable: true, description: 'Input tokens of pictures, a part of the input.' })
  readonly imageInputTokens?: number;

  @Field(() => Int, { nullable: true, description: 'Output tokens of audio, a part of the output.' })
  readonly audioOutputTokens?: number;

  @Field(() => Int, { nullable: true, description: 'Output tokens of pictures, a part of the output.' })
  readonly imageOutputTokens?: number;

  @Field(() => Int, { nullable: true, description: 'Pictures that were made.' })
  readonly images?: number;

  @Field(() => Int, { nullable: true, description: 'Milliseconds of audio that were heard.' })
  readonly milliseconds?: number;

  @Field(() => Int, { nullable: true, description: 'Characters of text that were spoken.' })
  readonly characters?: number;
}
