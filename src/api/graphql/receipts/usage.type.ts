import { Field, Int, ObjectType } from 'type-graphql';
import type { UsageSource } from '../../../kernel/words';
import { UsageSourceEnum } from '../enums';
import { UsageClassesNode } from './usage-classes.type';

@ObjectType('Usage', { description: 'Tokens, and where their count comes from.', simpleResolvers: true })
export class UsageNode {
  @Field(() => Int, { description: 'All input tokens, the cached and the cache-writing ones included.' })
  readonly inputTokens: number;

  @Field(() => Int, { description: 'Input tokens read from the cache.' })
  readonly cachedInputTokens: number;

  @Field(() => Int, { description: 'Input tokens written to the cache.' })
  readonly cacheWriteTokens: number;

  @Field(() => Int, { description: 'All output tokens, the reasoning ones included.' })
  readonly outputTokens: number;

  @Field(() => Int, { description: 'Output tokens spent on reasoning.' })
  readonly reasoningTokens: number;

  @Field(() => UsageSourceEnum, { description: 'Where the counts come from.' })
  readonly source: UsageSource;

  @Field(() => UsageClassesNode, { nullable: true, description: 'What of it may be priced apart; null where there was none.' })
  readonly classes?: UsageClassesNode | undefined;
}
