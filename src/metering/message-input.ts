/** The input of a request of Anthropic's Messages: system texts, messages, each with the bound of a message, and tools. */
import { isRecord } from '../kernel/record';
import { FRAME_TOKENS, fieldsBound, type InputBoundModel, structureBound, wordBound } from './input-bound';

/** Fields that never reach the prompt. All others count, also those that are not known here. */
const NOT_PROMPT = new Set([
  'model',
  'messages',
  'system',
  'stream',
  'metadata',
  'service_tier',
  'stop_sequences',
  'cache_control',
  'thinking',
  'tool_choice',
  'context_management',
]);
const NOT_OF_MESSAGE = new Set(['role', 'content']);
const NOT_OF_BLOCK = new Set(['type', 'cache_control', 'content', 'source']);

type Body = Readonly<Record<string, unknown>>;

export function messageInputBound(body: Body, model: InputBoundModel): number {
  const messages = Array.isArray(body['messages']) ? body['messages'] : [];
  let tokens = fieldsBound(body, NOT_PROMPT) + contentBound(body['system'], model);
  for (const message of messages) {
    tokens += FRAME_TOKENS + (isRecord(message) ? messageBound(message, model) : structureBound(message));
  }
  return Math.min(tokens, model.contextWindow);
}

function messageBound(message: Body, model: InputBoundModel): number {
  return wordBound(message['role']) + fieldsBound(message, NOT_OF_MESSAGE) + contentBound(message['content'], model);
}

/** A text, or blocks. */
function contentBound(content: unknown, model: InputBoundModel): number {
  if (!Array.isArray(content)) return structureBound(content);
  let tokens = 0;
  for (const block of content) tokens += isRecord(block) ? blockBound(block, model) : structureBound(block);
  return tokens;
}

/** Text beside media may reach the prompt, and so may what stands in the result of a tool. */
function blockBound(block: Body, model: InputBoundModel): number {
  const { source } = block;
  return fieldsBound(block, NOT_OF_BLOCK) + contentBound(block['content'], model) + (source === undefined ? 0 : sourceBound(source, model));
}

/** A document may be a text, or blocks, and a result of a search names its source; everything else is seen, not read here. */
function sourceBound(source: unknown, model: InputBoundModel): number {
  if (typeof source === 'string') return structureBound(source);
  const { type, data, content } = isRecord(source) ? source : {};
  if (type === 'text') return structureBound(data);
  return type === 'content' ? contentBound(content, model) : model.mediaPartTokens;
}

/** The text of a request that reaches the model, for a count where no provider counts. Media have none. */
export function messagePromptText(body: Body): string {
  const messages = Array.isArray(body['messages']) ? body['messages'] : [];
  const tools = [body['tools'], body['output_config']].filter((each) => each !== undefined && each !== null);
  const texts = [contentText(body['system']), ...messages.map(messageText), ...tools.map((each) => JSON.stringify(each))];
  return texts.filter((each) => each !== '').join('\n');
}

function messageText(message: unknown): string {
  return isRecord(message) ? `${String(message['role'])}\n${contentText(message['content'])}` : '';
}

function contentText(content: unknown): string {
  if (typeof content === 'string') return content;
  return Array.isArray(content) ? content.map(blockText).join('\n') : '';
}

function blockText(block: unknown): string {
  if (!isRecord(block)) return '';
  const { text, thinking, name, input, content, source } = block;
  const own = [text, thinking, name].filter((each) => typeof each === 'string');
  const document = isRecord(source) && source['type'] === 'text' ? source['data'] : undefined;
  return [...own, ...(input === undefined ? [] : [JSON.stringify(input)]), contentText(content), contentText(document)]
    .filter((each) => each !== '')
    .join('\n');
}
