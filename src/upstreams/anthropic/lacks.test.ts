import { jsonBody } from '../../../test/support/json-body';
import { systemClock } from '../../kernel/clock';
import { conversationFromChat } from '../conversation/from-chat';
import { createHttpClient } from '../http-client';
import { createAnthropicUpstream } from './anthropic-upstream';
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
    [{ ...effort, response_format: { type: 'json_object' } }, /^response_format of type json_object cannot go .* json_schema can/],
    [{ temperature: 0.5, top_p: 0.9 }, /^top_p cannot go with a temperature/],
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

  it('takes a temperature, a share and a top_k of models that know them, and of others only what says nothing', () => {
    for (const model of [
      'claude-opus-4-7',
      'claude-sonnet-5',
      'anthropic.claude-opus-4-8',
      'claude-haiku-5-5',
      'claude-fable-5-1',
      'anthropic/claude-opus-4.7',
    ]) {
      expect(lack({ temperature: 1, top_p: 1 }, model)).toBeNull();
      expect(lack({ temperature: 0.7 }, model)).toMatch(/^temperature cannot be set for this model/);
      expect(lack({ temperature: 0 }, model)).toMatch(/^temperature cannot be set for this model/);
      expect(lack({ top_p: 0.9 }, model)).toMatch(/^top_p cannot be set for this model/);
      expect(lack({ top_k: 5 }, model)).toMatch(/^top_k cannot be set for this model/);
    }
    for (const model of ['claude-opus-4-6', 'claude-sonnet-4-5-20250929', 'claude-haiku-4-5']) {
      expect(lack({ temperature: 0.7, top_k: 5 }, model)).toBeNull();
      expect(lack({ temperature: 1, top_p: 0.9 }, model)).toBeNull();
      expect(lack({ temperature: 0.7, top_p: 0.9 }, model)).toMatch(/^top_p cannot go with a temperature/);
    }
    for (const model of ['claude-3-7-sonnet-20250219', 'claude-sonnet-4-20250514', 'claude-opus-4-0', 'kimi-k2', 'glm-4.7'])
      expect(lack({ temperature: 0.7, top_p: 0.9, top_k: 5 }, model)).toBeNull();
  });

  it('passes messages over for nothing: their bytes are the client’s own, and what is wrong with them is Anthropic’s to say', async () => {
    const client = createHttpClient({ allowPrivate: false });
    const { cannot } = createAnthropicUpstream({ dispatcherFor: client.dispatcherFor, clock: systemClock });
    const body = jsonBody(JSON.stringify({ model: 'm', max_tokens: 9, messages: HI, temperature: 0.2, top_k: 5 }));
    const asked = { body, stream: false, upstreamModel: 'claude-opus-4-8' };
    expect(cannot?.({ ...asked, operation: 'messages' })).toBeNull();
    expect(cannot?.({ ...asked, operation: 'chat' })).toMatch(/^temperature cannot be set for this model/);
    await client.close();
  });

  it('can be asked for any JSON object, but of no model that thinks', () => {
    const object = { response_format: { type: 'json_object' } };
    expect(lack(object)).toBeNull();
    expect(lack({ ...object, reasoning_effort: 'none' })).toBeNull();
    expect(lack({ ...object, ...effort }, 'claude-opus-4-6')).toMatch(/^response_format of type json_object cannot go/);
    expect(lack(object, 'claude-fable-5')).toMatch(
      /^response_format of type json_object has no equivalent for this model.* json_schema has/,
    );
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
