/** Reads a chat completion request as a conversation. Every member is carried, says nothing, or ends the reading. */
import { isRecord } from '../../kernel/record';
import { type JsonRecord, recordOf } from '../json';
import { CACHE_MARKS } from './chat-parts';
import { chatTurns } from './chat-turns';
import type { AnswerFormat, Conversation, ConversationReading, ReasoningEffort, Tool, ToolChoice } from './conversation';
import {
  always,
  checkMembers,
  is,
  isEmpty,
  listIn,
  optionalFlag,
  optionalList,
  optionalNumber,
  optionalText,
  readingOf,
  recordIn,
  textIn,
  unsayable,
} from './unsayable';

const CARRIED: ReadonlySet<string> = new Set([
  ...['model', 'messages', 'stream', 'max_tokens', 'max_completion_tokens', 'n', 'temperature', 'top_p', 'top_k', 'stop'],
  ...['tools', 'tool_choice', 'parallel_tool_calls', 'response_format', 'reasoning_effort', 'seed'],
  ...['presence_penalty', 'frequency_penalty', 'logprobs', 'top_logprobs', 'user', 'safety_identifier'],
]);
/** What changes neither the answer nor its price; the first five with every value. */
const IDLE = {
  metadata: always,
  prompt_cache_key: always,
  prompt_cache_retention: always,
  prompt_cache_options: always,
  stream_options: always,
  store: is(false),
  service_tier: is('auto', 'default'),
  verbosity: is('medium'),
  logit_bias: isEmpty,
  functions: isEmpty,
  modalities: (value: unknown) => Array.isArray(value) && value.every((each) => each === 'text'),
};
const EFFORTS: ReadonlySet<unknown> = new Set(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']);

export function conversationFromChat(json: JsonRecord): ConversationReading {
  return readingOf(() => read(json));
}

function read(json: JsonRecord): Conversation {
  checkMembers(json, '', CARRIED, IDLE);
  const { system, turns } = chatTurns(listIn(json['messages'], 'messages'));
  return {
    dialect: 'chat',
    system,
    turns,
    tools: optionalList(json['tools'], 'tools').map(toolOf),
    toolChoice: toolChoiceOf(json['tool_choice']),
    parallelToolCalls: optionalFlag(json['parallel_tool_calls'], 'parallel_tool_calls'),
    format: formatOf(json['response_format']),
    outputLimit: outputLimitOf(json),
    stopSequences: stopsOf(json['stop']),
    endUser: optionalText(json['user'], 'user') ?? optionalText(json['safety_identifier'], 'safety_identifier'),
    reasoning: reasoningOf(json['reasoning_effort']),
    keepPrompt: [json['messages'], json['tools']].some(hasCacheMark),
    ...samplingOf(json),
  };
}

/** Agents mark messages, parts of them, or tools, for gateways that serve Claude. */
function hasCacheMark(list: unknown): boolean {
  if (!Array.isArray(list)) return false;
  return list.map(recordOf).some((each) => CACHE_MARKS.some((mark) => isRecord(each[mark])) || hasCacheMark(each['content']));
}

function samplingOf(json: JsonRecord) {
  const number = (name: string) => optionalNumber(json[name], name);
  return {
    temperature: number('temperature'),
    topP: number('top_p'),
    topK: number('top_k'),
    seed: number('seed'),
    presencePenalty: number('presence_penalty') || null,
    frequencyPenalty: number('frequency_penalty') || null,
    choices: number('n') ?? 1,
    topLogprobs: json['logprobs'] === true ? (number('top_logprobs') ?? 0) : null,
  };
}

/** Where both are set, the larger one bounds both: as the hold does. */
function outputLimitOf(json: JsonRecord): number | null {
  const limits = ['max_completion_tokens', 'max_tokens'].map((name) => optionalNumber(json[name], name) ?? 0);
  return Math.max(...limits) || null;
}

function stopsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return optionalList(value, 'stop').map((each, index) => textIn(each, `stop[${index}]`));
}

function reasoningOf(value: unknown): Conversation['reasoning'] {
  if (value === undefined || value === null) return null;
  if (!EFFORTS.has(value)) throw unsayable('reasoning_effort');
  return { effort: value as ReasoningEffort, budgetTokens: null };
}

const TOOL: ReadonlySet<string> = new Set(['type', 'function', 'cache_control']);
const FUNCTION: ReadonlySet<string> = new Set(['name', 'description', 'parameters', 'strict']);

function toolOf(value: unknown, index: number): Tool {
  const path = `tools[${index}]`;
  const tool = recordIn(value, path);
  if (tool['type'] !== 'function') throw unsayable(`${path}.type`);
  checkMembers(tool, path, TOOL);
  const made = recordIn(tool['function'], `${path}.function`);
  checkMembers(made, `${path}.function`, FUNCTION);
  const { parameters } = made;
  return {
    name: textIn(made['name'], `${path}.function.name`),
    description: optionalText(made['description'], `${path}.function.description`),
    schema: parameters === undefined || parameters === null ? null : recordIn(parameters, `${path}.function.parameters`),
    strict: optionalFlag(made['strict'], `${path}.function.strict`) ?? false,
  };
}

function toolChoiceOf(value: unknown): ToolChoice | null {
  if (value === undefined || value === null) return null;
  if (value === 'auto' || value === 'none' || value === 'required') return { kind: value };
  const choice = recordIn(value, 'tool_choice');
  if (choice['type'] !== 'function') throw unsayable('tool_choice');
  return { kind: 'named', name: textIn(recordOf(choice['function'])['name'], 'tool_choice.function.name') };
}

const FORMAT: ReadonlySet<string> = new Set(['type', 'json_schema']);
const OBJECT: ReadonlySet<string> = new Set(['type', 'schema']);
const SCHEMA: ReadonlySet<string> = new Set(['name', 'description', 'schema', 'strict']);

function formatOf(value: unknown): AnswerFormat {
  if (value === undefined || value === null) return { kind: 'text' };
  const format = recordIn(value, 'response_format');
  checkMembers(format, 'response_format', format['type'] === 'json_object' ? OBJECT : FORMAT);
  if (format['type'] === 'text') return { kind: 'text' };
  if (format['type'] === 'json_object') return objectFormat(format['schema']);
  if (format['type'] !== 'json_schema') throw unsayable('response_format.type');
  const path = 'response_format.json_schema';
  const made = recordIn(format['json_schema'], path);
  checkMembers(made, path, SCHEMA);
  return {
    kind: 'schema',
    name: optionalText(made['name'], `${path}.name`),
    description: optionalText(made['description'], `${path}.description`),
    schema: recordIn(made['schema'], `${path}.schema`),
    strict: optionalFlag(made['strict'], `${path}.strict`) ?? false,
  };
}

/** With a schema beside the type, as several providers of open models take it. */
function objectFormat(schema: unknown): AnswerFormat {
  if (schema === undefined || schema === null) return { kind: 'json' };
  return { kind: 'schema', name: null, description: null, schema: recordIn(schema, 'response_format.schema'), strict: false };
}
