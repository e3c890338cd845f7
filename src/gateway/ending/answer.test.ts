import { aRecord, aUsage } from '../../../test/support/receipt-builders';
import { chatCompletions } from '../endpoints/chat-completions';
import type { ModelCall } from '../endpoints/endpoint';
import { streamTail, wholeWithCost } from './answer';

const receipt = aRecord('r', { usage: aUsage(7, 3) });
const call = { endpoint: chatCompletions, wantsUsage: true } as ModelCall;
const usage = { prompt_tokens: 7, completion_tokens: 3 };
const theirs = { cost: 0.5, cost_details: { upstream_inference_cost: 0.4 }, cost_in_usd_ticks: 5, estimated_cost: 0.3 };

describe('the usage of an answer', () => {
  const told = (text: string) => (JSON.parse(text) as { usage: Record<string, unknown> }).usage;

  it('says what is charged here, and never what the provider takes of the operator', () => {
    const whole = told(wholeWithCost({ text: JSON.stringify({ id: '1', usage: { ...usage, ...theirs } }) }, receipt, call));
    const tail = streamTail({ kind: 'stream', usageChunk: { choices: [], usage: { ...usage, ...theirs } }, head: {} }, receipt, call);
    const streamed = told(tail.slice('data: '.length, tail.indexOf('\n\n')));
    for (const shown of [whole, streamed]) {
      expect(shown).toMatchObject({
        ...usage,
        cost: expect.any(String),
        cost_details: null,
        cost_in_usd_ticks: null,
        estimated_cost: null,
      });
    }
  });

  it('gets no member that the provider did not send, but the cost', () => {
    const shown = told(wholeWithCost({ text: JSON.stringify({ usage }) }, receipt, call));
    expect(Object.keys(shown)).toEqual([...Object.keys(usage), 'cost', 'cost_currency']);
  });
});
