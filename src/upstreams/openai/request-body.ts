/** The body that is sent to the provider: the client's own, with at most three members edited in place. */
import type { UpstreamCall } from '../../attempts/upstream';
import { editMembers, type MemberEdit } from '../../kernel/json-members';
import type { OpenAiEndpoint } from './endpoints/openai-endpoint';

/** OpenAI's own models from the reasoning ones on refuse `max_tokens`, also behind a reseller. */
const NEEDS_COMPLETION_LIMIT = /^(?:openai\/)?(?:o\d|gpt-(?:[5-9]|\d{2}))/i;
const OPENAI_HOST = /(^|\.)(?:openai\.com|openai\.azure\.com)$/i;

/** The client's bytes but for the model, the output limit where one is set, and usage being asked of a stream. */
export function requestBody(call: UpstreamCall, endpoint: Pick<OpenAiEndpoint, 'limitName' | 'usageIsAsked'>): string {
  const edits = new Map<string, MemberEdit>([['model', always(JSON.stringify(call.upstreamModel))]]);
  const limitName = endpoint.limitName(call);
  if (call.outputLimit !== null && limitName !== null) edits.set(limitName, always(String(call.outputLimit)));
  if (call.stream && endpoint.usageIsAsked) edits.set('stream_options', withUsage);
  return editMembers(call.body.text, edits);
}

/**
 * The member that sets an output limit. `max_completion_tokens` where OpenAI itself or one of its newer models answers:
 * they refuse `max_tokens`. Everywhere else `max_tokens`: every compatible provider obeys it, while some ignore or
 * refuse the newer name, and an ignored limit costs the operator money.
 */
export function outputLimitName(call: Pick<UpstreamCall, 'channel' | 'upstreamModel'>): 'max_completion_tokens' | 'max_tokens' {
  const newer = OPENAI_HOST.test(new URL(call.channel.baseUrl).hostname) || NEEDS_COMPLETION_LIMIT.test(call.upstreamModel);
  return newer ? 'max_completion_tokens' : 'max_tokens';
}

function always(value: string): MemberEdit {
  return () => value;
}

/** Keeps the client's other stream options. Options that are no object stay: the provider says what is wrong with them. */
function withUsage(value: string | null): string | null {
  if (value === null || value === 'null') return '{"include_usage":true}';
  if (!value.startsWith('{')) return null;
  return editMembers(value, new Map([['include_usage', always('true')]]));
}
