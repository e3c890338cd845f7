/** The end of an answer as the client gets it: the provider's own bytes, with the cost added to the usage. */
import type { ClosingEvent, Operation, StreamEnd, WholeAnswer } from '../../attempts/upstream';
import { editMembers, type MemberEdit, topLevelMembers } from '../../kernel/json-members';
import { formatDecimal } from '../../kernel/money';
import { currencyOf } from '../../kernel/words';
import type { ReceiptRecord } from '../../ledger/receipt';
import type { Usage } from '../../metering/usage';
import type { Endpoint, ModelCall } from '../endpoints/endpoint';

const DONE = 'data: [DONE]\n\n';

/** How usage looks where clients expect it: if the provider told none that can be read, it is what was counted here. */
const ALWAYS_USAGE: Readonly<Partial<Record<Operation, (usage: Usage) => Record<string, unknown>>>> = {
  chat: openAiUsage,
  messages: messageUsage,
  completions: openAiUsage,
  embeddings: ({ inputTokens }) => ({ prompt_tokens: inputTokens, total_tokens: inputTokens }),
  responses: responseUsage,
};

/** The whole body, untouched but for `cost` and `cost_currency` in its usage object. */
export function wholeWithCost({ text, contentType }: Omit<WholeAnswer, 'kind'>, receipt: ReceiptRecord, { endpoint }: ModelCall): string {
  if (contentType !== undefined) return text;
  return usageWithCost(withCounted(text, receipt, endpoint), receipt);
}

/** Some say `"usage": null`, others what is no count. */
function withCounted(text: string, { usage }: ReceiptRecord, { operation }: Pick<Endpoint, 'operation'>): string {
  const shaped = usage.source === 'PROVIDER' ? undefined : ALWAYS_USAGE[operation]?.(usage);
  return shaped === undefined ? text : editMembers(text, new Map([['usage', () => JSON.stringify(shaped)]]));
}

function usageWithCost(text: string, receipt: ReceiptRecord): string {
  return withObject(text, 'usage', (usage) => valueWithCost(usage, receipt));
}

/** The text with the last member of that name changed, when it is an object. */
function withObject(text: string, name: string, change: (value: string) => string): string {
  const member = topLevelMembers(text).findLast((each) => each.name === name);
  if (member === undefined) return text;
  const value = text.slice(member.valueStart, member.valueEnd);
  if (!value.startsWith('{')) return text;
  return text.slice(0, member.valueStart) + change(value) + text.slice(member.valueEnd);
}

/** What the answer cost at its provider, as OpenRouter, xAI, DeepInfra, Requesty and Cline say it beside `cost`: it is the operator's business. */
const THEIR_COST = ['cost_details', 'cost_in_usd_ticks', 'estimated_cost', 'total_cost', 'market_cost', 'gateway_cost'] as const;
const EMPTIED: readonly (readonly [string, MemberEdit])[] = THEIR_COST.map((name) => [name, (value) => (value === null ? null : 'null')]);

/** Nobody must take what a provider says of its own cost for what is charged here. */
function valueWithCost(usage: string, receipt: ReceiptRecord): string {
  const [cost, currency] = costOf(receipt);
  const members = Object.entries({ cost, cost_currency: currency });
  const edits = members.map(([name, value]): [string, MemberEdit] => [name, () => JSON.stringify(value)]);
  return editMembers(usage, new Map([...edits, ...EMPTIED]));
}

/** The last events of a stream: the usage chunk when the client asked for one, and the end marker; or the event that closes it. */
export function streamTail(end: StreamEnd | ClosingEvent, receipt: ReceiptRecord, { endpoint, wantsUsage }: ModelCall): string {
  if (end.kind === 'closing') {
    const data =
      endpoint.ending === 'message-stop' ? deltaWithCost(end.data, receipt, endpoint) : eventWithCost(end.data, receipt, endpoint);
    return `${end.name === '' ? '' : `event: ${end.name}\n`}data: ${data.replaceAll('\n', '\ndata: ')}\n\n${end.after ?? ''}`;
  }
  return wantsUsage ? `data: ${JSON.stringify(usageChunk(end, receipt, endpoint))}\n\n${DONE}` : DONE;
}

/** Some say it all in their response, others in the event itself. */
function eventWithCost(data: string, receipt: ReceiptRecord, endpoint: Endpoint): string {
  return usageWithCost(
    withObject(data, 'response', (response) => usageWithCost(withCounted(response, receipt, endpoint), receipt)),
    receipt,
  );
}

/** The last event that tells usage; where it tells none, some tell all of it at the beginning. */
function deltaWithCost(data: string, receipt: ReceiptRecord, endpoint: Endpoint): string {
  const told = (value: string | null) => (value?.startsWith('{') ? null : JSON.stringify(messageUsage(receipt.usage)));
  return usageWithCost(editMembers(withCounted(data, receipt, endpoint), new Map([['usage', told]])), receipt);
}

function messageUsage({ inputTokens, cachedInputTokens, cacheWriteTokens, outputTokens }: Usage): Record<string, unknown> {
  return {
    input_tokens: inputTokens - cachedInputTokens - cacheWriteTokens,
    cache_creation_input_tokens: cacheWriteTokens,
    cache_read_input_tokens: cachedInputTokens,
    output_tokens: outputTokens,
  };
}

function usageChunk(end: StreamEnd, receipt: ReceiptRecord, { chunkObject: object }: Endpoint): Record<string, unknown> {
  const [cost, currency] = costOf(receipt);
  const sent = end.usageChunk?.['usage'];
  const usage = typeof sent === 'object' && sent !== null ? sent : openAiUsage(receipt.usage);
  const chunk = end.usageChunk ?? { object, ...end.head, choices: [] };
  const emptied = Object.fromEntries(THEIR_COST.filter((name) => name in usage).map((name) => [name, null]));
  return { ...chunk, usage: { ...usage, ...emptied, cost, cost_currency: currency } };
}

function openAiUsage(usage: Usage): Record<string, unknown> {
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    prompt_tokens_details: inputDetails(usage),
    completion_tokens_details: { reasoning_tokens: usage.reasoningTokens },
  };
}

/** What was written to a cache has a price of its own: without it the cost would not follow from the usage. */
function inputDetails({ cachedInputTokens, cacheWriteTokens }: Usage): Record<string, number> {
  return { cached_tokens: cachedInputTokens, ...(cacheWriteTokens > 0 && { cache_write_tokens: cacheWriteTokens }) };
}

function responseUsage(usage: Usage): Record<string, unknown> {
  return {
    input_tokens: usage.inputTokens,
    input_tokens_details: inputDetails(usage),
    output_tokens: usage.outputTokens,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens },
    total_tokens: usage.inputTokens + usage.outputTokens,
  };
}

function costOf(receipt: ReceiptRecord): [cost: string, currency: string | null] {
  return [formatDecimal(receipt.charge), receipt.bucket === null ? null : currencyOf(receipt.bucket)];
}
