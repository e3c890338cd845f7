/**
 * What has a provider bill something that no price of the catalog covers: a search that it runs, or a model that the client names in place
 * of the catalog's. Everything else that is not known here goes through untouched.
 */
import { wrong } from '../../kernel/fault';
import { isRecord } from '../../kernel/record';
import type { Json } from './endpoint';

const SEARCHES = 'is not served: a search is billed beside the tokens';
const OTHER_MODELS = 'is not served: another model has another price, and the catalog names the backups';

/** Each with the values that ask for nothing, beside those that every member has for it, and why it is refused. */
const BILLED: Readonly<Record<string, readonly [asksNothing: (value: unknown) => boolean, why: string]>> = {
  // OpenAI, xAI, Alibaba, Baidu, Tencent (three) and OpenRouter, in turn.
  web_search_options: [never, SEARCHES],
  search_parameters: [(value) => isRecord(value) && value['mode'] === 'off', SEARCHES],
  enable_search: [never, SEARCHES],
  web_search: [(value) => isRecord(value) && value['enable'] === false, SEARCHES],
  enable_enhancement: [never, SEARCHES],
  force_search_enhancement: [never, SEARCHES],
  enable_deep_search: [never, SEARCHES],
  plugins: [isEmptyList, 'is not served: plugins are billed beside the tokens'],
  models: [isEmptyList, OTHER_MODELS],
  // LiteLLM's, which `mock_testing_fallbacks` has take over without a failure; and Vercel's, which has its fast tier there too.
  fallbacks: [isEmptyList, OTHER_MODELS],
  context_window_fallbacks: [isEmptyList, OTHER_MODELS],
  content_policy_fallbacks: [isEmptyList, OTHER_MODELS],
  providerOptions: [namesNoModel, 'cannot name models or a speed of its gateway: they have other prices'],
};

const ENTRIES = Object.entries(BILLED);

/** The members that are looked at. */
export const BILLED_BESIDE: readonly string[] = Object.keys(BILLED);

/** @throws Fault `invalid_request` that names the member */
export function refuseBilledBeside(json: Json): void {
  for (const [name, [asksNothing, why]] of ENTRIES) {
    const value = json[name];
    if (value !== undefined && value !== null && value !== false && !asksNothing(value)) throw wrong(name, why);
  }
}

/** Tools that the client runs itself. One without a type is the provider's to refuse. @throws Fault `invalid_request` that names the tool */
export function refuseHostedTools(tools: unknown): void {
  if (!Array.isArray(tools)) return;
  tools.forEach((tool: unknown, index) => {
    const type = typeOfTool(tool, `tools[${index}]`);
    if (typeof type !== 'string' || type === 'function' || type === 'custom') return;
    throw wrong(`tools[${index}].type`, 'must be function or custom: hosted tools are not served');
  });
}

/**
 * Servers in Go, as many resellers run them, read names in any case, and obey the last of them.
 * @throws Fault `invalid_request` for another spelling of the member
 */
export function typeOfTool(tool: unknown, path: string): unknown {
  if (!isRecord(tool)) return undefined;
  for (const name of Object.keys(tool)) {
    if (name.length === TYPE.length && name !== TYPE && name.toLowerCase() === TYPE)
      throw wrong(`${path}.${name}`, `must be spelled ${TYPE}`);
  }
  return tool[TYPE];
}

const TYPE = 'type';

function never(): boolean {
  return false;
}

function namesNoModel(value: unknown): boolean {
  const gateway = isRecord(value) ? value['gateway'] : undefined;
  return !isRecord(gateway) || (gateway['models'] === undefined && gateway['speed'] === undefined);
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
