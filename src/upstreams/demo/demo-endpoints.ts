/** What the demo upstream answers beside chat completions: simulated as well, and marked so. */
import { type JsonRecord, recordOf } from '../json';
import { demoAnswer, lastUserText } from './demo-answer';
import { demoEmbeddings } from './demo-embeddings';
import { responseEvents, wholeResponse } from './demo-response';
import type { DemoHead } from './demo-wire';

/** The text that decides whether the flaky face fails. */
export function textOfRequest(path: string, request: JsonRecord): string {
  if (path === 'chat/completions') return lastUserText(request);
  return lastUserText(asChat(request));
}

/** A whole answer, or the events of a stream. */
export function demoEndpointAnswer(path: string, request: JsonRecord, head: DemoHead): string | Iterable<string> {
  if (path === 'embeddings') return demoEmbeddings(request);
  if (path === 'moderations') return moderation(request, head);
  const answer = demoAnswer(asChat(request));
  const stream = request['stream'] === true;
  if (path === 'responses') return stream ? responseEvents(answer, head) : wholeResponse(answer, head);
  const choice = { index: 0, text: answer.words.join(''), logprobs: null, finish_reason: answer.finishReason };
  const whole = { ...head, object: 'text_completion', model: answer.model, choices: [choice], usage: answer.usage };
  return stream ? completionEvents(whole, answer.words) : JSON.stringify(whole);
}

/** The same question as a chat would ask it. */
function asChat(request: JsonRecord): JsonRecord {
  const { model, max_tokens: limit, max_output_tokens: newer } = request;
  const asked = request['prompt'] ?? request['input'];
  const items = Array.isArray(asked) && typeof asked[0] === 'object' ? asked.map(recordOf) : [{ role: 'user', content: plainText(asked) }];
  const { format } = recordOf(request['text']);
  const schema = recordOf(format);
  return {
    model,
    messages: items.map((item) => (item['type'] === 'function_call_output' ? { role: 'tool', content: item['output'] } : item)),
    ...(limit === undefined && newer === undefined ? {} : { max_tokens: limit ?? newer }),
    ...(Array.isArray(request['tools']) ? { tools: request['tools'].map((tool) => ({ type: 'function', function: tool })) } : {}),
    ...(schema['type'] === 'json_schema' ? { response_format: { type: 'json_schema', json_schema: schema } } : {}),
    tool_choice: request['tool_choice'],
  };
}

function plainText(value: unknown): string {
  return Array.isArray(value) ? value.map(String).join(' ') : String(value ?? '');
}

function* completionEvents(whole: JsonRecord, words: readonly string[]): Generator<string> {
  const { usage, choices, ...head } = whole;
  const [choice] = choices as JsonRecord[];
  const event = (text: string, reason: unknown) =>
    `data: ${JSON.stringify({ ...head, choices: [{ ...choice, text, finish_reason: reason }] })}\n\n`;
  for (const word of words) yield event(word, null);
  yield event('', choice?.['finish_reason']);
  yield `data: ${JSON.stringify({ ...head, choices: [], usage })}\n\ndata: [DONE]\n\n`;
}

/** Nothing is ever flagged here. */
function moderation(request: JsonRecord, { id }: DemoHead): string {
  const inputs = Array.isArray(request['input']) && typeof request['input'][0] === 'string' ? request['input'] : [request['input']];
  const results = inputs.map(() => ({ flagged: false, categories: {}, category_scores: {}, category_applied_input_types: {} }));
  return JSON.stringify({ id, model: `${String(request['model'])}-simulated`, results });
}
