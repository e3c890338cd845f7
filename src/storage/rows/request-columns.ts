/** Columns that several tables of the ledger share. */
import { Count, Flag, Instant, Text } from './columns';

/** What is known of a request before anything is held: in `hold` and in `receipt`. */
export class RequestColumns {
  @Text() accountId: string;
  @Text() apiKeyId: string;
  @Text({ nullable: true }) projectId: string | null;
  @Text({ nullable: true }) runId: string | null;
  @Text() endpoint: string;
  @Flag() stream: boolean;
  @Text({ nullable: true }) requestedModel: string | null;
  @Instant() createdAt: number;
  @Text({ nullable: true }) routeId: string | null;
  @Text({ nullable: true }) routeType: string | null;
  @Text({ nullable: true }) bucket: string | null;
  @Text({ nullable: true }) bucketReason: string | null;
  @Text({ nullable: true }) primaryChannelId: string | null;
  @Text({ nullable: true }) primaryPriceId: string | null;
}

/** In `receipt` and in `attempt`. */
export class UsageColumns {
  @Count() inputTokens: number;
  @Count() cachedInputTokens: number;
  @Count() cacheWriteTokens: number;
  @Count() outputTokens: number;
  @Count() reasoningTokens: number;
  @Text() usageSource: string;
}
