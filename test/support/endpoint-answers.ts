/** What providers answer to other calls than chat completions, as scripts of the scripted upstream. */
import type { Script } from './script';

const CREATED = 1_700_000_000;

/** One vector for each input; `tokens` null: no usage. */
export function embeddingsAnswer(vectors: readonly (readonly number[])[], tokens: number | null): Script {
  const data = vectors.map((embedding, index) => ({ object: 'embedding', index, embedding }));
  const usage = tokens === null ? {} : { usage: { prompt_tokens: tokens, total_tokens: tokens } };
  return { raw: [JSON.stringify({ object: 'list', data, model: 'theirs', ...usage })] };
}

export function moderationAnswer(): Script {
  const result = { flagged: true, categories: { violence: true }, category_scores: { violence: 0.9 } };
  return { raw: [JSON.stringify({ id: 'modr-1', model: 'theirs', results: [result] })] };
}

/** `usage` null: the provider counts no tokens. */
export function imagesAnswer(count: number, usage: object | null): Script {
  const data = Array.from({ length: count }, () => ({ b64_json: 'aGk=' }));
  return { raw: [JSON.stringify({ created: CREATED, data, ...(usage === null ? {} : { usage }) })] };
}

interface Counts {
  readonly input: number;
  readonly output: number;
}

export function completionAnswer(text: string, counts: Counts | null): Script {
  return { raw: [JSON.stringify({ ...completion([{ index: 0, text, logprobs: null, finish_reason: 'stop' }]), ...usageOf(counts) })] };
}

export function completionStream(words: readonly string[], counts: Counts | null): Script {
  const choice = (text: string, reason: string | null) => ({ index: 0, text, logprobs: null, finish_reason: reason });
  const chunks = [...words.map((word) => completion([choice(word, null)])), completion([choice('', 'stop')])];
  const usage = counts === null ? [] : [{ ...completion([]), ...usageOf(counts) }];
  return { raw: [...[...chunks, ...usage].map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`), 'data: [DONE]\n\n'] };
}

function completion(choices: readonly object[]) {
  return { id: 'cmpl-1', object: 'text_completion', created: CREATED, model: 'theirs', choices };
}

function usageOf(counts: Counts | null) {
  if (counts === null) return {};
  const { input, output } = counts;
  return { usage: { prompt_tokens: input, completion_tokens: output, total_tokens: input + output } };
}

type Status = 'completed' | 'incomplete' | 'failed' | 'cancelled' | 'in_progress';

export function responseBody(text: string, counts: Counts | null, status: Status = 'completed'): Record<string, unknown> {
  const usage =
    counts === null
      ? null
      : {
          input_tokens: counts.input,
          input_tokens_details: { cached_tokens: 0 },
          output_tokens: counts.output,
          output_tokens_details: { reasoning_tokens: 0 },
          total_tokens: counts.input + counts.output,
        };
  const content = [{ type: 'output_text', text, annotations: [] }];
  const error = status === 'failed' ? { code: 'server_error', message: 'It broke down.' } : null;
  const output = text === '' ? [] : [{ id: 'msg_1', type: 'message', role: 'assistant', status: 'completed', content }];
  return { id: 'resp_1', object: 'response', created_at: CREATED, status, error, model: 'theirs', output, usage };
}

/** The events of a response; each word is one delta. `status` null: it never ends. */
export function responseEvents(words: readonly string[], counts: Counts | null, status: Status | null = 'completed'): string[] {
  let number = 0;
  const event = (type: string, fields: object) =>
    `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: number++, ...fields })}\n\n`;
  const at = { item_id: 'msg_1', output_index: 0, content_index: 0 };
  const text = words.join('');
  const item = { id: 'msg_1', type: 'message', role: 'assistant', status: 'in_progress', content: [] };
  const part = { type: 'output_text', text: '', annotations: [] };
  return [
    event('response.created', { response: responseBody('', null, 'in_progress') }),
    event('response.output_item.added', { output_index: 0, item }),
    event('response.content_part.added', { ...at, part }),
    ...words.map((delta) => event('response.output_text.delta', { ...at, delta, logprobs: [] })),
    ...(status === null
      ? []
      : [
          event('response.output_text.done', { ...at, text, logprobs: [] }),
          event(`response.${status}`, { response: responseBody(text, counts, status) }),
        ]),
  ];
}
