/** Writes a conversation as a request of Anthropic's Messages. What it has no words for was refused before: `lacks.ts`. */
import type { UpstreamCall } from '../../attempts/upstream';
import type {
  AnswerFormat,
  AssistantPart,
  Conversation,
  DocumentPart,
  MediaSource,
  ReasoningPart,
  Tool,
  ToolChoice,
  Turn,
  UserPart,
} from '../conversation/conversation';
import { printedJson, RawJson } from '../conversation/raw-json';
import { reminderOf } from '../conversation/stand-ins';
import { thinkingOf } from './thinking';

type Sent = Pick<UpstreamCall, 'upstreamModel' | 'stream' | 'outputLimit' | 'outputBound'>;
/** What is allowed in the id of a call. */
const NOT_OF_ID = /[^a-zA-Z0-9_-]/g;
/** Longer ones are no ids of users. */
const END_USER_MAX = 256;

export function messageRequest(conversation: Conversation, { upstreamModel, stream, outputLimit, outputBound }: Sent): string {
  const { system, turns, tools, temperature, topP, topK, stopSequences, endUser } = conversation;
  const limit = outputLimit ?? conversation.outputLimit ?? outputBound;
  const { thinking, effort } = thinkingOf(conversation.reasoning, upstreamModel, limit, turns);
  return printedJson({
    model: upstreamModel,
    max_tokens: limit,
    ...(system.length > 0 && { system: system.map((text) => ({ type: 'text', text })) }),
    messages: conversation.keepPrompt ? kept(turns.flatMap(messageOf)) : turns.flatMap(messageOf),
    ...(tools.length > 0 && { tools: tools.map(toolOf) }),
    ...choiceOf(conversation.toolChoice, conversation.parallelToolCalls, tools.length),
    ...outputConfig(conversation.format, effort),
    ...(thinking && { thinking }),
    ...(temperature !== null && { temperature }),
    // Newer models take one of the two: a share of all is none.
    ...(topP !== null && (topP < 1 || temperature === null) && { top_p: topP }),
    ...(topK !== null && { top_k: topK }),
    ...(stopSequences.length > 0 && { stop_sequences: stopSequences }),
    ...(endUser !== null && endUser.length <= END_USER_MAX && { metadata: { user_id: endUser } }),
    ...(stream && { stream }),
  });
}

interface Message {
  readonly role: string;
  readonly content: readonly object[];
}

/** Kept is all up to the mark: at the end, it is what the next turn begins with. Thoughts cannot be marked. */
function kept(messages: readonly Message[]): readonly Message[] {
  const last = messages.at(-1);
  const block = last?.content.at(-1);
  if (last === undefined || block === undefined || last.role !== 'user') return messages;
  const marked = { ...block, cache_control: { type: 'ephemeral' } };
  return [...messages.slice(0, -1), { ...last, content: [...last.content.slice(0, -1), marked] }];
}

function messageOf({ role, parts }: Turn): Message[] {
  const content = parts.flatMap((part) => blocksOf(part));
  return content.length === 0 ? [] : [{ role, content }];
}

function blocksOf(part: UserPart | AssistantPart): object[] {
  switch (part.kind) {
    case 'text':
      return [{ type: 'text', text: part.text }];
    case 'instruction':
      return [{ type: 'text', text: reminderOf(part.text) }];
    case 'image':
      return [{ type: 'image', source: sourceOf(part.source) }];
    case 'document':
      return [documentOf(part)];
    case 'tool-call': {
      const { id, name, argumentsText } = part;
      return [{ type: 'tool_use', id: idOf(id), name, input: new RawJson(argumentsText || '{}') }];
    }
    case 'tool-result': {
      const content = part.content.flatMap((each) => blocksOf(each));
      const result = { type: 'tool_result', tool_use_id: idOf(part.callId), ...(content.length > 0 && { content }) };
      return [part.isError ? { ...result, is_error: true } : result];
    }
    case 'reasoning':
      return thoughtOf(part);
    case 'audio':
      return [];
  }
}

/** Thoughts without a signature are another provider's: they are not Anthropic's to go on from. */
function thoughtOf({ text, signature, redacted }: ReasoningPart): object[] {
  if (redacted !== null) return [{ type: 'redacted_thinking', data: redacted }];
  return signature === null ? [] : [{ type: 'thinking', thinking: text, signature }];
}

function documentOf({ source, name }: DocumentPart): object {
  const sent = source.kind === 'text' ? { type: 'text', media_type: 'text/plain', data: source.text } : sourceOf(source);
  return { type: 'document', source: sent, ...(name !== null && { title: name }) };
}

function sourceOf(source: MediaSource): object {
  if (source.kind === 'url') return { type: 'url', url: source.url };
  return { type: 'base64', media_type: source.mediaType, data: source.data };
}

function toolOf({ name, description, schema, strict }: Tool): object {
  return {
    name,
    ...(description !== null && { description }),
    input_schema: plain(schema ?? { type: 'object', properties: {} }),
    ...(strict && { strict }),
  };
}

/** Where nothing is chosen, what is said of parallel calls needs a choice to stand in. */
function choiceOf(choice: ToolChoice | null, parallel: boolean | null, tools: number): object {
  if (tools === 0 || (choice === null && parallel !== false)) return {};
  const made = choice === null ? { type: 'auto' } : choiceWords(choice);
  return { tool_choice: parallel === false && choice?.kind !== 'none' ? { ...made, disable_parallel_tool_use: true } : made };
}

function choiceWords(choice: ToolChoice): object {
  if (choice.kind === 'named') return { type: 'tool', name: choice.name };
  return { type: choice.kind === 'required' ? 'any' : choice.kind };
}

function outputConfig(format: AnswerFormat, effort: string | undefined): object {
  const made = {
    ...(effort !== undefined && { effort }),
    ...(format.kind === 'schema' && { format: { type: 'json_schema', schema: plain(format.schema) } }),
  };
  return Object.keys(made).length === 0 ? {} : { output_config: made };
}

function idOf(id: string): string {
  return id.replace(NOT_OF_ID, '_');
}

/** Schemas may be nested as deeply as they were sent: what has no raw parts is printed without a walk of our own. */
function plain(value: object): RawJson {
  return new RawJson(JSON.stringify(value));
}
