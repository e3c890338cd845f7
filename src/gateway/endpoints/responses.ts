/**
 * `POST /v1/responses`. What would make a provider read what is not in the request (stored conversations, templates, hosted
 * tools) is refused: it could not be bounded before it is paid for, and at a provider all accounts share one store.
 */

import { wrong } from '../../kernel/fault';
import { isRecord } from '../../kernel/record';
import { CACHE_MEMBERS } from '../../metering/cache-lifetimes';
import { responseInputBound, responsePromptText } from '../../metering/response-input';
import { BILLED_BESIDE, refuseBilledBeside, typeOfTool } from './billed-beside';
import { refuseLongCache, refuseLongCaches } from './cache-lifetimes';
import type { Endpoint, Json } from './endpoint';
import { OTHER_LIMIT, OUTPUT_LIMIT_MAX, positive, refuseDearerTier, refuseMember, streaming } from './members';
import { refuseStoredFiles } from './stored-files';

const REFUSED: Readonly<Record<string, string>> = {
  previous_response_id: 'is not served: send the whole conversation as input',
  conversation: 'is not served: send the whole conversation as input',
  prompt: 'is not served: send its text as instructions and input',
  background: 'is not served: read the answer, whole or streamed',
  [OTHER_LIMIT]: 'is not served: set max_output_tokens, which every provider obeys',
};
/** Tools that the client runs itself. */
const OWN_TOOLS: ReadonlySet<unknown> = new Set(['function', 'custom']);
/** Items from which on a model may call further tools. */
const BRINGS_TOOLS: ReadonlySet<unknown> = new Set(['additional_tools', 'tool_search_output']);

export const responses: Endpoint = {
  path: '/v1/responses',
  operation: 'responses',
  decisive: new Set([
    'model',
    'input',
    'stream',
    'max_output_tokens',
    'tools',
    'service_tier',
    ...Object.keys(REFUSED),
    ...CACHE_MEMBERS,
    ...BILLED_BESIDE,
  ]),
  output: 'limited',
  ending: 'closing-event',
  inputBound: responseInputBound,
  countInput: (json, counter) => counter.count(responsePromptText(json)),
  want(json, model) {
    for (const [name, why] of Object.entries(REFUSED)) refuseMember(json, name, why);
    refuseDearerTier(json);
    refuseBilledBeside(json);
    refuseLongCache(json);
    refuseLongCaches(json['input'], 'input');
    refuseLongCaches(json['tools'], 'tools');
    checkInput(json['input']);
    checkTools(json['tools'], 'tools');
    const outputLimit = positive(json['max_output_tokens'], 'max_output_tokens', OUTPUT_LIMIT_MAX);
    return { model, stream: streaming(json).stream, wantsUsage: true, outputLimit, choices: 1 };
  },
};

function checkInput(input: unknown): void {
  if (typeof input === 'string' && input !== '') return;
  if (!Array.isArray(input) || input.length === 0) throw wrong('input', 'must be a text or a list with at least one item');
  input.forEach((item: Json | null, index) => {
    const at = `input[${index}]`;
    if (!isRecord(item)) throw wrong(at, 'must be an object');
    const { type, content, output, tools } = item;
    if (type === 'item_reference') throw wrong(at, 'refers to a stored item: send the item itself, as SDKs do with store set to false');
    refuseStoredFiles(content, `${at}.content`);
    refuseStoredFiles(output, `${at}.output`);
    refuseLongCaches(content, `${at}.content`);
    refuseLongCaches(output, `${at}.output`);
    if (BRINGS_TOOLS.has(type)) checkTools(tools, `${at}.tools`);
  });
}

/** A namespace is a group of such tools: Codex has its agents in one. None stands in another. */
function checkTools(tools: unknown, path: string, isGroup = false): void {
  if (tools === undefined || tools === null) return;
  if (!Array.isArray(tools)) throw wrong(path, 'must be a list');
  tools.forEach((tool: unknown, index) => {
    const type = typeOfTool(tool, `${path}[${index}]`);
    const grouped = isRecord(tool) ? tool['tools'] : undefined;
    if (type === 'namespace' && !isGroup) checkTools(grouped, `${path}[${index}].tools`, true);
    else if (!OWN_TOOLS.has(type)) throw wrong(`${path}[${index}].type`, 'must be function or custom: hosted tools are not served');
  });
}
