import { jsonBody } from '../../../test/support/json-body';
import { fc } from '../../../test/support/properties';
import type { Channel } from '../../routing/catalog';
import { chat } from './endpoints/chat';
import { outputLimitName, requestBody } from './request-body';

const channel: Channel = {
  id: 'c',
  name: 'c',
  protocol: 'openai',
  baseUrl: 'https://cheap-a.example/v1',
  apiKey: 'k',
  timeouts: { connectMs: 1, firstByteMs: 1, idleMs: 1, totalMs: 1 },
  onClientGone: 'drain',
  enabled: true,
};

function sent(text: string, options: { model?: string; stream?: boolean; outputLimit?: number; baseUrl?: string } = {}): string {
  const { model = 'up', stream = false, outputLimit = null, baseUrl = channel.baseUrl } = options;
  return requestBody(
    {
      operation: 'chat',
      channel: { ...channel, baseUrl },
      upstreamModel: model,
      body: jsonBody(text),
      stream,
      outputLimit,
      outputBound: 100,
    },
    chat,
  );
}

describe('requestBody', () => {
  it('changes the model and no other byte', () => {
    const text =
      '{ "seed":1e2, "model" : "mine",\n "messages":[{"role":"user","content":"\\u00e9 \\"model\\":1"}], "x":9007199254740993, "x":0.10 }';
    expect(sent(text)).toBe(text.replace('"mine"', '"up"'));
  });

  it('puts the model in as JSON, whatever it is called', () => {
    fc.assert(fc.property(fc.string(), (model) => expect(JSON.parse(sent('{"model":"a"}', { model }))).toEqual({ model })));
  });

  it('sets an output limit only where one is given', () => {
    expect(sent('{"model":"a","max_tokens":7}')).toBe('{"model":"up","max_tokens":7}');
    expect(sent('{"model":"a"}', { outputLimit: 300 })).toBe('{"model":"up","max_tokens":300}');
    expect(sent('{"model":"a","max_tokens":null}', { outputLimit: 300 })).toBe('{"model":"up","max_tokens":300}');
    expect(sent('{"model":"a"}', { outputLimit: 300, model: 'gpt-5-mini' })).toBe('{"model":"gpt-5-mini","max_completion_tokens":300}');
  });

  it.each([
    ['{"model":"a"}', '{"model":"up","stream_options":{"include_usage":true}}'],
    ['{"stream_options":null,"model":"a"}', '{"stream_options":{"include_usage":true},"model":"up"}'],
    ['{"model":"a","stream_options":{}}', '{"model":"up","stream_options":{"include_usage":true}}'],
    ['{"model":"a","stream_options":{"x":1.0}}', '{"model":"up","stream_options":{"x":1.0,"include_usage":true}}'],
    ['{"model":"a","stream_options":{"include_usage":false}}', '{"model":"up","stream_options":{"include_usage":true}}'],
    ['{"model":"a","stream_options":7}', '{"model":"up","stream_options":7}'],
  ])('asks a stream for its usage: %s', (text, expected) => {
    expect(sent(text, { stream: true })).toBe(expected);
  });
});

describe('a limit that a client sets by its newer name', () => {
  const NEWER = '{"model":"up", "max_completion_tokens" : 7,"stop":"x"}';
  const IGNORING = 'https://api.deepseek.com/v1';

  it.each([
    IGNORING,
    'https://api.deepseek.com',
    'https://api.mistral.ai/v1',
    'http://127.0.0.1:11434/v1',
    'https://ollama.mine.example:11434/v1',
  ])('is sent to %s by the older name, which is the one that binds there', (baseUrl) => {
    expect(sent(NEWER, { baseUrl })).toBe('{"model":"up", "max_tokens" : 7,"stop":"x"}');
    expect(sent('{"max\\u005fcompletion_tokens":7,"model":"a"}', { baseUrl })).toBe('{"max_tokens":7,"model":"up"}');
  });

  it('is the only one that is sent, also where the older name stands beside it with nothing', () => {
    const both = sent('{"max_tokens":null,"model":"a","max_completion_tokens":7}', { baseUrl: IGNORING });
    expect(JSON.parse(both)).toEqual({ model: 'up', max_tokens: 7 });
    expect(both).not.toContain('null');
  });

  it.each([
    'https://api.openai.com/v1',
    'https://cheap-a.example/v1',
    'https://mine.services.ai.azure.com/openai/v1',
    'https://ark.cn-beijing.volces.com/api/v3',
    'https://notdeepseek.com/v1',
    'http://127.0.0.1:8000/v1',
  ])('is left to %s as it is', (baseUrl) => {
    expect(sent(NEWER, { baseUrl })).toBe(NEWER);
  });

  it('is left as it is beside an older one, where it sets none, and for a model of OpenAI behind any address', () => {
    const both = '{"model":"up","max_completion_tokens":7,"max_tokens":9}';
    expect(sent(both, { baseUrl: IGNORING })).toBe(both);
    const none = '{"model":"up","max_completion_tokens":null}';
    expect(sent(none, { baseUrl: IGNORING })).toBe(none);
    expect(sent(NEWER, { baseUrl: IGNORING, model: 'gpt-5-mini' })).toContain('"max_completion_tokens" : 7');
  });
});

describe('of a stream of Mistral, which tells its usage unasked and refuses the question', () => {
  it.each([
    ['{"model":"a"}', '{"model":"up"}'],
    ['{"model":"a","stream_options":{"include_usage":true}}', '{"model":"up","stream_options":{}}'],
    ['{"model":"a","stream_options":{"include_usage":true,"x":1}}', '{"model":"up","stream_options":{"x":1}}'],
    ['{"model":"a","stream_options":null}', '{"model":"up","stream_options":null}'],
  ])('asks for none: %s', (text, expected) => {
    expect(sent(text, { stream: true, baseUrl: 'https://api.mistral.ai/v1' })).toBe(expected);
    expect(sent(text, { stream: true, baseUrl: 'https://notmistral.ai/v1' })).toContain('"include_usage":true');
  });
});

describe('outputLimitName', () => {
  it.each([
    ['https://api.openai.com/v1', 'gpt-4o', 'max_completion_tokens'],
    ['https://mine.openai.azure.com/openai/v1', 'deployment', 'max_completion_tokens'],
    ['https://cheap-a.example/v1', 'o3-mini', 'max_completion_tokens'],
    ['https://cheap-a.example/v1', 'openai/gpt-5.1', 'max_completion_tokens'],
    ['https://cheap-a.example/v1', 'gpt-4o', 'max_tokens'],
    ['https://cheap-a.example/v1', 'deepseek-chat', 'max_tokens'],
    ['https://notopenai.com/v1', 'qwen-max', 'max_tokens'],
  ])('for %s and %s is %s', (baseUrl, upstreamModel, expected) => {
    expect(outputLimitName({ channel: { ...channel, baseUrl }, upstreamModel })).toBe(expected);
  });
});
