/** `POST /v1/chat/completions`. */
import { wrong } from '../../kernel/fault';
import { isRecord } from '../../kernel/record';
import { CACHE_MEMBERS } from '../../metering/cache-lifetimes';
import { chatInputBound, chatPromptText } from '../../metering/chat-input';
import { BILLED_BESIDE, refuseBilledBeside, refuseHostedTools } from './billed-beside';
import type { Endpoint, Json } from './endpoint';
import { CHOICES_MAX, OTHER_LIMIT, OUTPUT_LIMIT_MAX, positive, refuseDearerTier, refuseOtherLimit, streaming } from './members';
import { refuseStoredFiles } from './stored-files';

const DECISIVE = ['model', 'messages', 'stream', 'stream_options', 'max_tokens', 'max_completion_tokens', 'n', 'service_tier', OTHER_LIMIT];
/** What a model reads beside the messages: the bound of the input is made on it. */
const IN_PROMPT = ['tools', 'functions', 'response_format'];

export const chatCompletions: Endpoint = {
  path: '/v1/chat/completions',
  operation: 'chat',
  decisive: new Set([...DECISIVE, ...IN_PROMPT, ...CACHE_MEMBERS, ...BILLED_BESIDE]),
  output: 'limited',
  chunkObject: 'chat.completion.chunk',
  ending: 'done-marker',
  inputBound: chatInputBound,
  countInput: (json, counter) => counter.count(chatPromptText(json)),
  want(json, model) {
    refuseDearerTier(json);
    refuseBilledBeside(json);
    refuseHostedTools(json['tools']);
    refuseOtherLimit(json);
    checkMessages(json['messages']);
    const streamed = streaming(json);
    return { model, ...streamed, outputLimit: outputLimit(json), choices: positive(json['n'], 'n', CHOICES_MAX) ?? 1 };
  },
};

/** Where both are set, providers differ in which they obey: the larger one bounds both. */
function outputLimit(json: Json): number | undefined {
  const limits = ['max_completion_tokens', 'max_tokens'].map((name) => positive(json[name], name, OUTPUT_LIMIT_MAX) ?? 0);
  return Math.max(...limits) || undefined;
}

function checkMessages(messages: unknown): void {
  if (!Array.isArray(messages) || messages.length === 0) throw wrong('messages', 'must be a list with at least one message');
  messages.forEach((message: unknown, index) => {
    if (!isRecord(message)) throw wrong(`messages[${index}]`, 'must be an object');
    if (typeof message['role'] !== 'string') throw wrong(`messages[${index}].role`, 'must be a string');
    const { content } = message;
    if (content !== undefined && content !== null && typeof content !== 'string' && !Array.isArray(content)) {
      throw wrong(`messages[${index}].content`, 'must be a string or a list of parts');
    }
    if (typeof content !== 'string') refuseStoredFiles(content, `messages[${index}].content`);
  });
}
