import { conversationFromChat } from '../conversation/from-chat';
import { lackOfMessages } from './lacks';

const HI = [{ role: 'user', content: 'hi' }];

function lack(more: object, model = 'claude-sonnet-4-5'): string | null {
  const reading = conversationFromChat({ model: 'm', messages: HI, ...more });
  if ('obstacle' in reading) throw new Error(reading.obstacle);
  return lackOfMessages(reading.conversation, model);
}

const call = (text: string) => ({
  role: 'assistant',
  content: null,
  tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: text } }],
});
const result = { role: 'tool', tool_call_id: 'c', content: 'x' };
const effort = { reasoning_effort: 'low' };

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
  ])('%j', (more, words) => {
    expect(lack(more)).toMatch(words);
  });

  it('lets a model that thinks by effort be told to call a tool, and to write little', () => {
    expect(lack({ ...effort, tool_choice: 'required', max_tokens: 1_024 }, 'claude-opus-4-6')).toBeNull();
    expect(lack({ ...effort, temperature: 0.5 }, 'claude-opus-4-6')).toMatch(/^reasoning_effort cannot go with a temperature/);
    expect(lack({ reasoning_effort: 'none', temperature: 0.5 })).toBeNull();
  });

  it('says of models that always think that they cannot be told not to', () => {
    for (const model of ['claude-fable-5', 'claude-mythos-preview', 'claude-opus-5-5', 'anthropic/claude-sonnet-5-5']) {
      expect(lack({ reasoning_effort: 'none' }, model)).toMatch(/^reasoning_effort cannot be none/);
      expect(lack(effort, model)).toBeNull();
    }
    for (const model of ['claude-opus-5', 'claude-haiku-5-5', 'claude-opus-4-8'])
      expect(lack({ reasoning_effort: 'none' }, model)).toBeNull();
  });

  it('lets a client go on from a call whose thoughts it has no place for', () => {
    for (const model of ['claude-sonnet-4-5', 'claude-opus-4-6']) {
      expect(lack({ ...effort, messages: [...HI, call('{}'), result] }, model)).toBeNull();
    }
  });
});
