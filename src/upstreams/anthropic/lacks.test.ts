import { conversationFromChat } from '../conversation/from-chat';
import { lackOfMessages } from './lacks';

const HI = [{ role: 'user', content: 'hi' }];

function lack(more: object): string | null {
  const reading = conversationFromChat({ model: 'm', messages: HI, ...more });
  if ('obstacle' in reading) throw new Error(reading.obstacle);
  return lackOfMessages(reading.conversation);
}

const call = (text: string) => ({
  role: 'assistant',
  content: null,
  tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: text } }],
});
const result = { role: 'tool', tool_call_id: 'c', content: 'x' };
const effort = { reasoning_effort: 'low' };
const proof = { reasoning_details: [{ type: 'reasoning.text', text: 'hm', signature: 'c2ln' }] };

describe('what Anthropic has no words for', () => {
  it.each([
    [{ n: 2 }, /^n /],
    [{ seed: 0 }, /^seed /],
    [{ presence_penalty: 1 }, /^presence_penalty /],
    [{ logprobs: true }, /^logprobs /],
    [{ stop: ['END', '\n'] }, /^a stop sequence of nothing but spaces/],
    [{ temperature: 1.5 }, /^temperature goes up to 1/],
    [{ response_format: { type: 'json_object' } }, /^response_format /],
    [{ messages: [...HI, call('[1]'), result] }, /arguments of the call of "f"/],
    [{ messages: [{ role: 'user', content: [{ type: 'input_audio', input_audio: { data: 'x', format: 'wav' } }] }] }, /input_audio/],
    [{ messages: [{ role: 'user', content: [{ type: 'file', file: { file_data: 'data:text/csv;base64,eA==' } }] }] }, /text\/csv/],
    [{ ...effort, temperature: 0.5 }, /^reasoning_effort cannot go with a temperature/],
    [{ ...effort, tool_choice: 'required' }, /^reasoning_effort cannot go with a tool_choice/],
    [{ ...effort, max_tokens: 1_024 }, /^reasoning_effort needs an output limit above 1024/],
    [{ ...effort, messages: [...HI, call('{}'), result] }, /^reasoning_effort needs the reasoning_details/],
  ])('%j', (more, words) => {
    expect(lack(more)).toMatch(words);
  });

  it('lets thoughts go on from a call that came with its proof, and from calls of earlier questions', () => {
    expect(lack({ ...effort, messages: [...HI, { ...call('{}'), ...proof }, result] })).toBeNull();
    expect(lack({ ...effort, messages: [...HI, call('{}'), result, { role: 'assistant', content: 'so' }, ...HI] })).toBeNull();
    expect(lack({ reasoning_effort: 'none', temperature: 0.5 })).toBeNull();
  });
});
