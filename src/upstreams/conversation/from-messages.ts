/** Reads a request of Anthropic's Messages as a conversation. Every member is carried, says nothing, or ends the reading. */
import { type JsonRecord, recordOf } from '../json';
import type { AnswerFormat, Conversation, ConversationReading, ReasoningEffort, ReasoningWish, Tool, ToolChoice } from './conversation';
import { messageTurns, plainTexts } from './message-turns';
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
  ...['model', 'messages', 'max_tokens', 'system', 'stop_sequences', 'stream', 'temperature', 'top_k', 'top_p'],
  ...['tools', 'tool_choice', 'thinking', 'output_config', 'metadata'],
]);
/** What does not change the answer. Other providers cache what they can without being told. */
const IDLE = {
  cache_control: always,
  diagnostics: always,
  service_tier: is('auto', 'standard_only'),
  speed: is('standard'),
  mcp_servers: isEmpty,
  // Other providers are not given the thoughts that it takes out.
  context_management: clearsThoughts,
};
const EFFORTS: ReadonlySet<unknown> = new Set(['low', 'medium', 'high', 'xhigh', 'max']);

function clearsThoughts(value: unknown): boolean {
  const { edits } = recordOf(value);
  return Array.isArray(edits) && edits.every((edit) => String(recordOf(edit)['type']).startsWith('clear_thinking_'));
}

export function conversationFromMessages(json: JsonRecord): ConversationReading {
  return readingOf(() => read(json));
}

function read(json: JsonRecord): Conversation {
  checkMembers(json, '', CARRIED, IDLE);
  const choice = recordOf(json['tool_choice']);
  const number = (name: string) => optionalNumber(json[name], name);
  return {
    dialect: 'messages',
    system: plainTexts(json['system'] ?? [], 'system'),
    turns: messageTurns(listIn(json['messages'], 'messages')),
    tools: optionalList(json['tools'], 'tools').map(toolOf),
    toolChoice: toolChoiceOf(choice),
    parallelToolCalls: choice['disable_parallel_tool_use'] === true ? false : null,
    format: formatOf(recordOf(json['output_config'])['format']),
    outputLimit: limitOf(number('max_tokens')),
    temperature: number('temperature'),
    topP: number('top_p'),
    topK: number('top_k'),
    stopSequences: optionalList(json['stop_sequences'], 'stop_sequences').map((each, index) => textIn(each, `stop_sequences[${index}]`)),
    reasoning: reasoningOf(json),
    seed: null,
    presencePenalty: null,
    frequencyPenalty: null,
    choices: 1,
    topLogprobs: null,
    endUser: endUserOf(json['metadata']),
    // Read only for providers that keep what they can without being told.
    keepPrompt: false,
  };
}

/** Elsewhere no answer can be none: the prompt alone is nothing that is asked for. */
function limitOf(limit: number | null): number | null {
  if (limit === 0) throw unsayable('max_tokens', 'must be 1 or more there');
  return limit;
}

function endUserOf(metadata: unknown): string | null {
  if (metadata === undefined || metadata === null) return null;
  const record = recordIn(metadata, 'metadata');
  checkMembers(record, 'metadata', new Set(['user_id']));
  return optionalText(record['user_id'], 'metadata.user_id');
}

const THINKING: ReadonlySet<string> = new Set(['type', 'budget_tokens']);
const OUTPUT: ReadonlySet<string> = new Set(['effort', 'format']);

function reasoningOf(json: JsonRecord): ReasoningWish | null {
  const output = recordOf(json['output_config']);
  checkMembers(output, 'output_config', OUTPUT);
  const effort = effortOf(output['effort']);
  const thinking = recordOf(json['thinking']);
  checkMembers(thinking, 'thinking', THINKING, { display: is('summarized') });
  switch (thinking['type']) {
    case undefined:
      return effort === null ? null : { effort, budgetTokens: null };
    case 'disabled':
      return { effort: 'none', budgetTokens: null };
    case 'adaptive':
      return { effort: effort ?? 'high', budgetTokens: null };
    case 'enabled':
      return { effort, budgetTokens: optionalNumber(thinking['budget_tokens'], 'thinking.budget_tokens') };
    default:
      throw unsayable('thinking.type');
  }
}

function effortOf(value: unknown): ReasoningEffort | null {
  if (value === undefined || value === null) return null;
  if (!EFFORTS.has(value)) throw unsayable('output_config.effort');
  return value as ReasoningEffort;
}

const TOOL: ReadonlySet<string> = new Set(['type', 'name', 'description', 'input_schema', 'strict']);
/** How soon pieces of the arguments come, and what is cached, are not told by the answer. */
const TOOL_IDLE = { cache_control: always, eager_input_streaming: always, defer_loading: is(false), allowed_callers: isDirect };

function isDirect(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => each === 'direct');
}

function toolOf(value: unknown, index: number): Tool {
  const path = `tools[${index}]`;
  const tool = recordIn(value, path);
  const { type } = tool;
  if (type !== undefined && type !== null && type !== 'custom') throw unsayable(`${path}.type`);
  checkMembers(tool, path, TOOL, TOOL_IDLE);
  return {
    name: textIn(tool['name'], `${path}.name`),
    description: optionalText(tool['description'], `${path}.description`),
    schema: recordIn(tool['input_schema'], `${path}.input_schema`),
    strict: optionalFlag(tool['strict'], `${path}.strict`) ?? false,
  };
}

const CHOICE: ReadonlySet<string> = new Set(['type', 'name', 'disable_parallel_tool_use']);

function toolChoiceOf(choice: JsonRecord): ToolChoice | null {
  checkMembers(choice, 'tool_choice', CHOICE);
  switch (choice['type']) {
    case undefined:
      return null;
    case 'auto':
    case 'none':
      return { kind: choice['type'] };
    case 'any':
      return { kind: 'required' };
    case 'tool':
      return { kind: 'named', name: textIn(choice['name'], 'tool_choice.name') };
    default:
      throw unsayable('tool_choice.type');
  }
}

function formatOf(value: unknown): AnswerFormat {
  if (value === undefined || value === null) return { kind: 'text' };
  const format = recordIn(value, 'output_config.format');
  checkMembers(format, 'output_config.format', new Set(['type', 'schema']));
  if (format['type'] !== 'json_schema') throw unsayable('output_config.format.type');
  const schema = recordIn(format['schema'], 'output_config.format.schema');
  return { kind: 'schema', name: null, description: null, schema, strict: true };
}
