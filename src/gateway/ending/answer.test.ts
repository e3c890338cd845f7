import { aRecord, aUsage } from '../../../test/support/receipt-builders';
import { nano } from '../../kernel/money';
import type { ReceiptRecord } from '../../ledger/receipt';
import { chatCompletions } from '../endpoints/chat-completions';
import { completions } from '../endpoints/completions';
import { embeddings } from '../endpoints/embeddings';
import type { Endpoint, ModelCall } from '../endpoints/endpoint';
import { messages } from '../endpoints/messages';
import { responses } from '../endpoints/responses';
import { streamTail, wholeWithCost } from './answer';

const receipt = aRecord('r', { usage: aUsage(7, 3) });
const call = { endpoint: chatCompletions, wantsUsage: true } as ModelCall;
const usage = { prompt_tokens: 7, completion_tokens: 3 };
const theirs = {
  ...{ cost: 0.5, cost_details: { upstream_inference_cost: 0.4 }, cost_in_usd_ticks: 5, estimated_cost: 0.3 },
  ...{ total_cost: 0.5, market_cost: 0.6, gateway_cost: 0.7 },
};

describe('the usage of an answer', () => {
  const told = (text: string) => (JSON.parse(text) as { usage: Record<string, unknown> }).usage;

  it('says what is charged here, and never what the provider takes of the operator', () => {
    const whole = told(wholeWithCost({ text: JSON.stringify({ id: '1', usage: { ...usage, ...theirs } }) }, receipt, call));
    const tail = streamTail({ kind: 'stream', usageChunk: { choices: [], usage: { ...usage, ...theirs } }, head: {} }, receipt, call);
    const streamed = told(tail.slice('data: '.length, tail.indexOf('\n\n')));
    for (const shown of [whole, streamed]) {
      const nothing = Object.fromEntries(Object.keys(theirs).map((name) => [name, null]));
      expect(shown).toMatchObject({ ...usage, ...nothing, cost: expect.any(String) });
    }
  });

  it('gets no member that the provider did not send, but the cost', () => {
    const shown = told(wholeWithCost({ text: JSON.stringify({ usage }) }, receipt, call));
    expect(Object.keys(shown)).toEqual([...Object.keys(usage), 'cost', 'cost_currency']);
  });
});

describe('a usage that was counted here', () => {
  const counted = aUsage(10, 5, { cachedInputTokens: 3, cacheWriteTokens: 2, reasoningTokens: 1, source: 'COUNTED' });
  const ended = aRecord('r', { usage: counted, charge: nano(7n) });
  const asOpenAi = {
    ...{ prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
    prompt_tokens_details: { cached_tokens: 3, cache_write_tokens: 2 },
    completion_tokens_details: { reasoning_tokens: 1 },
  };
  const asMessage = { input_tokens: 5, cache_creation_input_tokens: 2, cache_read_input_tokens: 3, output_tokens: 5 };
  const asResponse = {
    ...{ input_tokens: 10, output_tokens: 5, total_tokens: 15 },
    input_tokens_details: { cached_tokens: 3, cache_write_tokens: 2 },
    output_tokens_details: { reasoning_tokens: 1 },
  };
  const cost = { cost: '0.000000007', cost_currency: 'CNY' };
  const of = (endpoint: Endpoint) => ({ endpoint, wantsUsage: true }) as ModelCall;
  const closed = (endpoint: Endpoint, record: ReceiptRecord, data: object, name = 'last') => {
    const tail = streamTail({ kind: 'closing', name, data: JSON.stringify(data), after: 'event: more\n\n' }, record, of(endpoint));
    const [, head, json, after] = /^(.*?)data: (.*?)\n\n(.*)$/s.exec(tail) ?? [];
    expect([head, after]).toEqual([name === '' ? '' : `event: ${name}\n`, 'event: more\n\n']);
    return JSON.parse(json ?? '') as unknown;
  };

  it.each<[string, Endpoint, object]>([
    ['a chat', chatCompletions, asOpenAi],
    ['a completion', completions, asOpenAi],
    ['an embedding', embeddings, { prompt_tokens: 10, total_tokens: 10 }],
    ['a message', messages, asMessage],
    ['a response', responses, asResponse],
  ])(
    'is told in whole answers as clients of %s expect it, with its cost, whatever the provider said instead',
    (_of, endpoint, expected) => {
      for (const sent of [{ id: '1' }, { id: '1', usage: null }, { id: '1', usage: { total: 'many' } }]) {
        const told = JSON.parse(wholeWithCost({ text: JSON.stringify(sent) }, ended, of(endpoint)));
        expect(told).toEqual({ id: '1', usage: { ...expected, ...cost } });
      }
    },
  );

  it('is told at the end of a stream in the event that closes it', () => {
    expect(closed(responses, ended, { response: { id: '1', usage: null } })).toEqual({
      response: { id: '1', usage: { ...asResponse, ...cost } },
    });
    expect(closed(messages, ended, { type: 'message_delta' }, '')).toEqual({ type: 'message_delta', usage: { ...asMessage, ...cost } });
  });

  it('takes no place of the one of the provider, and stands where a provider told its own at the beginning alone', () => {
    const read = { ...ended, usage: { ...counted, source: 'PROVIDER' } } as const;
    const theirs = closed(messages, read, { type: 'message_delta', usage: { output_tokens: 5 } });
    expect(theirs).toEqual({ type: 'message_delta', usage: { output_tokens: 5, ...cost } });
    expect(closed(messages, read, { type: 'message_delta' })).toEqual({ type: 'message_delta', usage: { ...asMessage, ...cost } });
    expect(closed(responses, read, { response: { usage: { input_tokens: 1 } } })).toEqual({
      response: { usage: { input_tokens: 1, ...cost } },
    });
  });

  it('is told nowhere in an answer that is no JSON', () => {
    const answer = { text: 'a, "usage": {}', contentType: 'text/plain' };
    expect(wholeWithCost(answer, ended, of(chatCompletions))).toBe(answer.text);
  });
});
