/** Writes a conversation as a chat completion request. What it has no words for was refused before: `lackOfChat`. */
import type { UpstreamCall } from '../../attempts/upstream';
import type {
  AnswerFormat,
  AssistantPart,
  Conversation,
  ImagePart,
  InstructionPart,
  MediaSource,
  TextPart,
  Tool,
  ToolCallPart,
  ToolChoice,
  ToolResultPart,
  Turn,
  UserPart,
} from '../conversation/conversation';
import { textsOf, withMediaBehind } from '../conversation/stand-ins';
import { effortFor } from './effort';
import { isMistral, outputLimitName } from './request-body';
import { isStrict } from './strict-schema';

/** Longer ones are refused by OpenAI. */
const END_USER_MAX = 64;
const FAILED = 'Error: ';
/** What is missing, as a sentence; null: nothing. */
export function lackOfChat({ topK, turns }: Conversation): string | null {
  if (topK !== null) return 'top_k has no equivalent there.';
  for (const { parts } of turns) {
    for (const part of parts) {
      const lack = lackOfPart(part);
      if (lack !== null) return lack;
    }
  }
  return null;
}

function lackOfPart(part: UserPart | AssistantPart): string | null {
  if (part.kind === 'tool-result') return part.content.map(lackOfPart).find((lack) => lack !== null) ?? null;
  return part.kind === 'document' && part.source.kind === 'url' ? 'a document of type url has no equivalent there.' : null;
}

export function chatRequest(conversation: Conversation, call: UpstreamCall): string {
  const { system, turns, tools, temperature, topP, stopSequences, endUser, parallelToolCalls } = conversation;
  const limit = call.outputLimit ?? conversation.outputLimit;
  const effort = effortFor(conversation, call);
  return JSON.stringify({
    model: call.upstreamModel,
    messages: [...(system.length > 0 ? [{ role: 'system', content: system.join('\n\n') }] : []), ...turns.flatMap(messagesOf)],
    ...(limit !== null && { [outputLimitName(call)]: limit }),
    ...(tools.length > 0 && { tools: tools.map(toolOf) }),
    ...(conversation.toolChoice !== null && tools.length > 0 && { tool_choice: choiceOf(conversation.toolChoice) }),
    ...(parallelToolCalls !== null && tools.length > 0 && { parallel_tool_calls: parallelToolCalls }),
    ...formatOf(conversation.format),
    ...(effort !== null && { reasoning_effort: effort }),
    ...(temperature !== null && { temperature }),
    ...(topP !== null && { top_p: topP }),
    ...(stopSequences.length > 0 && { stop: stopSequences }),
    ...(endUser !== null && userOf(endUser, call)),
    ...(call.stream && streamOf(call)),
  });
}

function userOf(user: string, call: UpstreamCall): object {
  return user.length > END_USER_MAX || isMistral(call) ? {} : { user };
}

function streamOf(call: UpstreamCall): object {
  return isMistral(call) ? { stream: true } : { stream: true, stream_options: { include_usage: true } };
}

/** Results of calls are messages of their own, and so are instructions. */
function messagesOf(turn: Turn): object[] {
  if (turn.role === 'assistant') return answersOf(turn.parts);
  const messages: object[] = [];
  let said: ContentPart[] = [];
  const endSaid = () => {
    if (said.length > 0) messages.push({ role: 'user', content: contentOf(said) });
    said = [];
  };
  for (const part of withMediaBehind(turn.parts)) {
    if (part.kind === 'tool-result') messages.push(resultOf(part));
    else if (part.kind !== 'instruction') said.push(...partsOf(part));
    else {
      endSaid();
      messages.push({ role: 'system', content: part.text });
    }
  }
  endSaid();
  return messages;
}

/** One text is a text: not every provider takes parts. */
function contentOf(parts: readonly ContentPart[]): string | readonly ContentPart[] {
  const [first] = parts;
  return parts.length === 1 && first?.type === 'text' ? first.text : parts;
}

type ContentPart =
  | { type: 'text'; text: string }
  | { type: 'image_url'; image_url: object }
  | { type: 'input_audio'; input_audio: object }
  | { type: 'file'; file: object };

function partsOf(part: Exclude<UserPart, ToolResultPart | InstructionPart>): ContentPart[] {
  switch (part.kind) {
    case 'text':
      return [textOf(part)];
    case 'image':
      return [{ type: 'image_url', image_url: imageOf(part) }];
    case 'audio': {
      const { mediaType, data } = part.source.kind === 'base64' ? part.source : { mediaType: '', data: '' };
      return [{ type: 'input_audio', input_audio: { data, format: mediaType.replace('audio/', '') } }];
    }
    case 'document':
      return part.source.kind === 'text' ? textsOf(part.name, part.source.text).map(textOf) : [fileOf(part.name, part.source)];
  }
}

function textOf({ text }: TextPart): ContentPart {
  return { type: 'text', text };
}

function imageOf({ source, detail }: ImagePart): object {
  return { url: urlOf(source), ...(detail !== null && { detail }) };
}

function fileOf(name: string | null, source: MediaSource): ContentPart {
  return { type: 'file', file: { filename: name ?? 'document.pdf', file_data: urlOf(source) } };
}

function urlOf(source: MediaSource): string {
  return source.kind === 'url' ? source.url : `data:${source.mediaType};base64,${source.data}`;
}

/** Thoughts are for the provider that signed them: no other goes on from them. */
function answersOf(parts: readonly AssistantPart[]): object[] {
  const text = parts.map((part) => (part.kind === 'text' ? part.text : '')).join('');
  const calls = parts.flatMap((part) => (part.kind === 'tool-call' ? [callOf(part)] : []));
  if (text === '' && calls.length === 0) return [];
  return [{ role: 'assistant', content: text === '' ? null : text, ...(calls.length > 0 && { tool_calls: calls }) }];
}

function callOf({ id, name, argumentsText }: ToolCallPart): object {
  return { id, type: 'function', function: { name, arguments: argumentsText === '' ? '{}' : argumentsText } };
}

/** A chat has no mark for a result that is an error: it says so itself. */
function resultOf({ callId, content, isError }: ToolResultPart): object {
  const text = content.map((part) => (part.kind === 'text' ? part.text : '')).join('\n');
  return { role: 'tool', tool_call_id: callId, content: isError ? FAILED + text : text };
}

function toolOf({ name, description, schema, strict }: Tool): object {
  const made = { name, ...(description !== null && { description }), ...(schema !== null && { parameters: schema }) };
  return { type: 'function', function: strict && isStrict(schema) ? { ...made, strict } : made };
}

function choiceOf(choice: ToolChoice): unknown {
  return choice.kind === 'named' ? { type: 'function', function: { name: choice.name } } : choice.kind;
}

function formatOf(format: AnswerFormat): object {
  if (format.kind === 'text') return {};
  if (format.kind === 'json') return { response_format: { type: 'json_object' } };
  const { name, description, schema, strict } = format;
  const made = { name: name ?? 'answer', ...(description !== null && { description }), schema, strict: strict && isStrict(schema) };
  return { response_format: { type: 'json_schema', json_schema: made } };
}
