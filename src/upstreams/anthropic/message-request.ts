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
import { keptSchema } from './kept-schema';
import { objectTool, objectToolOf } from './object-answer';
import { samplingFor } from './sampling';
import { canBeStrict } from './strict-limits';
import { thinkingOf } from './thinking';

type Sent = Pick<UpstreamCall, 'upstreamModel' | 'stream' | 'outputLimit' | 'outputBound'>;
/** What is allowed in the id of a call. */
const NOT_OF_ID = /[^a-zA-Z0-9_-]/g;
/** Longer ones are no ids of users. */
const END_USER_MAX = 256;

export function messageRequest(conversation: Conversation, { upstreamModel, stream, outputLimit, outputBound }: Sent): string {
  const { turns, stopSequences, endUser } = conversation;
  const system = conversation.system.filter((text) => !isBlank({ text }));
  const { temperature, topP, topK } = samplingFor(upstreamModel, conversation);
  const limit = outputLimit ?? conversation.outputLimit ?? outputBound;
  const { thinking, effort } = thinkingOf(conversation.reasoning, upstreamModel, limit, turns);
  return printedJson({
    model: upstreamModel,
    max_tokens: limit,
    ...(system.length > 0 && { system: system.map((text) => ({ type: 'text', text })) }),
    messages: conversation.keepPrompt ? kept(turns.flatMap(messageOf)) : turns.flatMap(messageOf),
    ...toolsOf(conversation),
    ...outputConfig(conversation.format, effort),
    ...(thinking && { thinking }),
    ...(temperature !== null && { temperature }),
    ...(topP !== null && { top_p: topP }),
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
  const blocks = parts.flatMap((part) => blocksOf(part));
  const filled = blocks.filter((block) => !isBlank(block));
  // A user who says nothing else is told so: left out, an earlier answer would be gone on with.
  const content = filled.length > 0 || role === 'assistant' ? filled : blocks;
  return content.length === 0 ? [] : [{ role, content }];
}

/** A text of nothing but spaces: other models write one before they call a tool, and Anthropic refuses a message with no other text. */
function isBlank(block: { readonly text?: unknown }): boolean {
  return typeof block.text === 'string' && block.text.trim() === '';
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
      const content = part.content.flatMap((each) => blocksOf(each)).filter((block) => !isBlank(block));
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

function toolsOf(conversation: Conversation): object {
  const { toolChoice, parallelToolCalls } = conversation;
  const answer = objectToolOf(conversation);
  const strictly = canBeStrict(conversation);
  const tools = conversation.tools.map((tool) => toolOf(tool, strictly));
  if (answer === null) return tools.length === 0 ? {} : { tools, ...choiceOf(toolChoice, parallelToolCalls) };
  const choice: ToolChoice = tools.length === 0 || toolChoice?.kind === 'none' ? { kind: 'named', name: answer } : { kind: 'required' };
  const alone = choice.kind === 'named';
  return { tools: [...tools, objectTool(answer)], ...choiceOf(choice, alone ? false : parallelToolCalls) };
}

/** `strictly`: those that are to be strict can be. */
function toolOf({ name, description, schema, ...tool }: Tool, strictly: boolean): object {
  const strict = tool.strict && strictly;
  // It is refused without a type, which arguments can have one of only.
  const made = schema === null ? { type: 'object', properties: {} } : { type: 'object', ...schema };
  return {
    name,
    ...(description !== null && { description }),
    input_schema: plain(strict ? keptSchema(made) : made),
    ...(strict && { strict }),
  };
}

/** Where nothing is chosen, what is said of parallel calls needs a choice to stand in. */
function choiceOf(choice: ToolChoice | null, parallel: boolean | null): object {
  if (choice === null && parallel !== false) return {};
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
    ...(format.kind === 'schema' && { format: { type: 'json_schema', schema: plain(keptSchema(format.schema)) } }),
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
