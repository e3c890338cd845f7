/**
 * `POST /v1/messages` and `/v1/messages/count_tokens`, as Anthropic does them. What the provider would run, fetch or look up
 * itself (hosted tools, containers, files by id) is refused, as with responses: it could not be bounded before it is paid for, and at a
 * provider all accounts share one store.
 */
import { Fault, wrong } from '../../kernel/fault';
import { isRecord } from '../../kernel/record';
import { CACHE_MEMBERS } from '../../metering/cache-lifetimes';
import { messageInputBound, messagePromptText } from '../../metering/message-input';
import { BILLED_BESIDE, refuseBilledBeside, typeOfTool } from './billed-beside';
import { refuseLongCache, refuseLongCaches } from './cache-lifetimes';
import type { Endpoint, Json } from './endpoint';
import { OUTPUT_LIMIT_MAX, refuseDearerTier, refuseMember, streaming, wholeNumber } from './members';

const REFUSED: Readonly<Record<string, string>> = {
  container: 'is not served: hosted code is not run',
  inference_geo: 'is not served: it is priced apart',
  fallbacks: 'is not served: another model has another price',
};
const BLOCKS_DEPTH_MAX = 4;
const PATH_SHOWN = 100;
const DECISIVE = [
  'model',
  'messages',
  'system',
  'tools',
  'mcp_servers',
  'speed',
  'service_tier',
  'context_management',
  'thread',
  ...CACHE_MEMBERS,
  ...BILLED_BESIDE,
  ...Object.keys(REFUSED),
];

export const messages: Endpoint = {
  path: '/v1/messages',
  operation: 'messages',
  decisive: new Set([...DECISIVE, 'stream', 'max_tokens']),
  output: 'limited',
  ending: 'message-stop',
  inputBound: messageInputBound,
  countInput: (json, counter) => counter.count(messagePromptText(json)),
  want(json, model) {
    // None at all: the prompt is written to the cache, and nothing is answered.
    const outputLimit = wholeNumber(json['max_tokens'], 'max_tokens', 0, OUTPUT_LIMIT_MAX);
    if (outputLimit === undefined) throw wrong('max_tokens', 'is required: the most tokens that the answer may have');
    checkBody(json);
    return { model, stream: streaming(json).stream, wantsUsage: true, outputLimit, choices: 1 };
  },
};

export const countTokens: Endpoint = {
  ...messages,
  path: '/v1/messages/count_tokens',
  operation: 'count-tokens',
  decisive: new Set(DECISIVE),
  output: 'none',
  want(json, model) {
    checkBody(json);
    return { model, stream: false, wantsUsage: false, outputLimit: undefined, choices: 1 };
  },
};

function checkBody(json: Json): void {
  for (const [name, why] of Object.entries(REFUSED)) refuseMember(json, name, why);
  refuseDearerTier(json);
  refuseBilledBeside(json);
  refuseThread(json);
  const { mcp_servers: servers, speed } = json;
  if (servers !== undefined && !(Array.isArray(servers) && servers.length === 0)) {
    throw wrong('mcp_servers', 'is not served: call the servers yourself, as tools');
  }
  if (speed !== undefined && speed !== null && speed !== 'standard') throw wrong('speed', 'must be standard: others are priced apart');
  refuseLongCache(json);
  checkEdits(json['context_management']);
  refuseLongCaches(json['system'], 'system');
  checkTools(json['tools']);
  checkMessages(json['messages']);
}

/** A conversation that the provider keeps, of which later requests send their own turn alone. Anthropic's SDK goes on without where it is told so. */
function refuseThread({ thread }: Json): void {
  if (thread === undefined || thread === null) return;
  throw new Fault('invalid_request', 'thread is not served: send the whole conversation as messages.', {
    param: 'thread',
    details: { error_code: 'thread_unsupported_request', unsupported: ['thread'] },
  });
}

/** What takes something out of the conversation makes it cheaper; what has it written anew costs more than the usage of the answer. */
function checkEdits(management: unknown): void {
  if (management === undefined || management === null) return;
  const edits = isRecord(management) ? management['edits'] : undefined;
  if (edits !== undefined && !Array.isArray(edits)) throw wrong('context_management.edits', 'must be a list');
  (edits ?? []).forEach((edit: unknown, index) => {
    const type = isRecord(edit) ? edit['type'] : undefined;
    if (typeof type !== 'string' || !type.startsWith('clear_')) {
      throw wrong(`context_management.edits[${index}].type`, 'must be one that clears: others are not served');
    }
  });
}

/** Tools that the client describes and runs itself. */
function checkTools(tools: unknown): void {
  if (tools === undefined || tools === null) return;
  if (!Array.isArray(tools)) throw wrong('tools', 'must be a list');
  refuseLongCaches(tools, 'tools');
  tools.forEach((tool: unknown, index) => {
    if (!isRecord(tool)) throw wrong(`tools[${index}]`, 'must be an object');
    const type = typeOfTool(tool, `tools[${index}]`);
    if (type !== undefined && type !== null && type !== 'custom') {
      throw wrong(`tools[${index}].type`, 'must be custom: tools of the provider are not served');
    }
  });
}

function checkMessages(list: unknown): void {
  if (!Array.isArray(list) || list.length === 0) throw wrong('messages', 'must be a list with at least one message');
  list.forEach((message: unknown, index) => {
    const at = `messages[${index}]`;
    if (!isRecord(message)) throw wrong(at, 'must be an object');
    if (typeof message['role'] !== 'string') throw wrong(`${at}.role`, 'must be a string');
    const { content } = message;
    if (typeof content !== 'string' && !Array.isArray(content)) throw wrong(`${at}.content`, 'must be a text or a list of blocks');
    if (Array.isArray(content)) checkBlocks(content, `${at}.content`);
  });
}

/** Blocks stand in messages, in the results of tools and in documents: no deeper. */
function checkBlocks(blocks: readonly unknown[], path: string, depth = 0): void {
  if (depth > BLOCKS_DEPTH_MAX) throw wrong(path.slice(0, PATH_SHOWN), 'is nested too deeply');
  refuseLongCaches(blocks, path);
  blocks.forEach((block, index) => {
    const at = `${path}[${index}]`;
    if (!isRecord(block)) throw wrong(at, 'must be an object');
    const { type, source, content } = block;
    if (type === 'container_upload') throw wrong(`${at}.type`, 'is not served: files are not kept at the provider');
    if (isRecord(source) && source['type'] === 'file') throw wrong(`${at}.source.type`, 'cannot be file: send the file itself');
    if (isRecord(source) && Array.isArray(source['content'])) checkBlocks(source['content'], `${at}.source.content`, depth + 1);
    if (Array.isArray(content)) checkBlocks(content, `${at}.content`, depth + 1);
  });
}
