/** The body that is sent to the provider: the client's own, with at most three members edited in place. */
import type { UpstreamCall } from '../../attempts/upstream';
import { encodeForm, type Form, withField } from '../../kernel/form';
import { newId } from '../../kernel/ids';
import { editMembers, type MemberEdit } from '../../kernel/json-members';
import type { OpenAiEndpoint } from './endpoints/openai-endpoint';

/** OpenAI's own models from the reasoning ones on refuse `max_tokens`, also behind a reseller. */
const NEEDS_COMPLETION_LIMIT = /^(?:openai\/)?(?:o\d|gpt-(?:[5-9]|\d{2}))/i;
const OPENAI_HOST = /(^|\.)(?:openai\.com|openai\.azure\.com)$/i;

/**
 * Refuses every member that it does not know: with 422 the question for the usage of a stream, which it tells unasked, and the id of a user
 * (`ChatCompletionRequest` of https://docs.mistral.ai/api, where neither of them is).
 */
const MISTRAL_HOST = /(^|\.)mistral\.ai$/i;

export function isMistral({ channel }: Pick<UpstreamCall, 'channel'>): boolean {
  return MISTRAL_HOST.test(new URL(channel.baseUrl).hostname);
}

export function isOpenAi({ channel }: Pick<UpstreamCall, 'channel'>): boolean {
  return OPENAI_HOST.test(new URL(channel.baseUrl).hostname);
}

export interface EncodedBody {
  readonly contentType: string;
  readonly body: string | Buffer;
}

type BodyRules = Pick<OpenAiEndpoint, 'limitName' | 'usageIsAsked' | 'edits'>;

/** What is sent: JSON, or the form that the client uploaded, with a boundary of our own. */
export function encodedBody(call: UpstreamCall, endpoint: BodyRules): EncodedBody {
  const { form } = call.body;
  if (form === undefined) return { contentType: 'application/json', body: requestBody(call, endpoint) };
  const boundary = `forge-${newId()}`;
  return { contentType: `multipart/form-data; boundary=${boundary}`, body: encodeForm(editedForm(form, call, endpoint), boundary) };
}

function editedForm(form: Form, call: UpstreamCall, { edits }: BodyRules): Form {
  let edited = withField(form, 'model', call.upstreamModel);
  for (const [name, value] of edits?.(call) ?? []) edited = withField(edited, name, value);
  return edited;
}

/** The client's bytes but for the model, the output limit where one is set or called otherwise, and usage being asked of a stream. */
export function requestBody(call: UpstreamCall, endpoint: BodyRules): string {
  const edits = new Map<string, MemberEdit>([['model', always(JSON.stringify(call.upstreamModel))]]);
  const limitName = call.outputLimit === null ? undefined : endpoint.limitName?.(call);
  if (limitName !== undefined) edits.set(limitName, always(String(call.outputLimit)));
  if (call.stream && endpoint.usageIsAsked) edits.set('stream_options', isMistral(call) ? withoutUsage : withUsage);
  if (!saysLimitInVain(call, endpoint)) return editMembers(call.body.text, edits, call.body.members);
  // One that is null would be another limit beside it.
  const limit = String(call.body.json[NEWER_NAME]);
  edits.set(OLDER_NAME, (value) => (value === null ? null : limit));
  return editMembers(call.body.text, edits, call.body.members, AS_OLDER);
}

const NEWER_NAME = 'max_completion_tokens';
const OLDER_NAME = 'max_tokens';
const AS_OLDER: ReadonlyMap<string, string> = new Map([[NEWER_NAME, OLDER_NAME]]);

/**
 * Who ignores the newer name, DeepSeek and Ollama, which is known by its port, or refuses it, Mistral. Elsewhere the client's limit is left as it
 * is: most obey it, OpenAI's reasoning models nothing else, and ByteDance and Alibaba bound by it what is thought as well.
 */
const OLDER_NAME_ALONE = /^(?:[^:]*\.)?(?:deepseek\.com|mistral\.ai):|:11434$/i;

/** Whether a client sets its limit by a name that is none to the provider: the hold would cover 5 tokens, and the answer have 5,000. */
function saysLimitInVain(call: UpstreamCall, { limitName }: BodyRules): boolean {
  const { [NEWER_NAME]: newer, [OLDER_NAME]: older } = call.body.json;
  if (typeof newer !== 'number' || typeof older === 'number' || limitName?.(call) !== OLDER_NAME) return false;
  const { hostname, port } = new URL(call.channel.baseUrl);
  return OLDER_NAME_ALONE.test(`${hostname}:${port}`);
}

/**
 * The member that sets an output limit. `max_completion_tokens` where OpenAI itself or one of its newer models answers:
 * they refuse `max_tokens`. Everywhere else `max_tokens`: every compatible provider obeys it, while some ignore or
 * refuse the newer name, and an ignored limit costs the operator money.
 */
export function outputLimitName(call: Pick<UpstreamCall, 'channel' | 'upstreamModel'>): 'max_completion_tokens' | 'max_tokens' {
  const newer = isOpenAi(call) || NEEDS_COMPLETION_LIMIT.test(call.upstreamModel);
  return newer ? 'max_completion_tokens' : 'max_tokens';
}

function always(value: string): MemberEdit {
  return () => value;
}

function withoutUsage(value: string | null): string | null {
  if (value === null || !value.startsWith('{')) return null;
  const { include_usage: _asked, ...others } = JSON.parse(value) as Record<string, unknown>;
  return JSON.stringify(others);
}

/** Keeps the client's other stream options. Options that are no object stay: the provider says what is wrong with them. */
function withUsage(value: string | null): string | null {
  if (value === null || value === 'null') return '{"include_usage":true}';
  if (!value.startsWith('{')) return null;
  return editMembers(value, new Map([['include_usage', always('true')]]));
}
