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
  const NEWER = '{"model":"a", "max_completion_tokens" : 7,"stop":"x"}';
  const left = NEWER.replace('"a"', '"up"');

  it('is sent by the older one, which every compatible provider obeys, while some ignore or refuse the newer one', () => {
    expect(sent(NEWER)).toBe('{"model":"up", "max_tokens" : 7,"stop":"x"}');
    expect(sent('{"max\\u005fcompletion_tokens":7,"model":"a"}')).toBe('{"max_tokens":7,"model":"up"}');
    expect(sent(NEWER, { baseUrl: 'https://api.mistral.ai/v1' })).toContain('"max_tokens" : 7');
    expect(sent(NEWER, { baseUrl: 'https://dashscope.aliyuncs.com/compatible-mode/v1', model: 'qwen3-max' })).toContain('"max_tokens" : 7');
  });

  it('is the only one that is sent, also where the older name stands beside it with nothing', () => {
    const both = JSON.parse(sent('{"max_tokens":null,"model":"a","max_completion_tokens":7}')) as object;
    expect(both).toEqual({ model: 'up', max_tokens: 7 });
    expect(sent('{"max_tokens":null,"model":"a","max_completion_tokens":7}')).not.toContain('null');
  });

  it.each([
    ['https://api.openai.com/v1', 'gpt-4o'],
    ['https://cheap-a.example/v1', 'gpt-5-mini'],
    ['https://mine.services.ai.azure.com/openai/v1', 'deployment'],
    ['https://ark.cn-beijing.volces.com/api/v3', 'doubao-seed-1-8-251228'],
    ['https://dashscope.aliyuncs.com/compatible-mode/v1', 'qwen3.5-plus'],
    ['https://api.groq.com/openai/v1', 'openai/gpt-oss-120b'],
  ])('is left as it is where that name is obeyed: %s, %s', (baseUrl, model) => {
    expect(sent(NEWER, { baseUrl, model })).toBe(NEWER.replace('"a"', `"${model}"`));
  });

  it('is left as it is beside an older one, and where it sets none', () => {
    const both = '{"model":"up","max_completion_tokens":7,"max_tokens":9}';
    expect(sent(both)).toBe(both);
    expect(sent('{"model":"up","max_completion_tokens":null}')).toBe('{"model":"up","max_completion_tokens":null}');
    expect(sent(left, { baseUrl: 'https://x.ai.example/v1' })).not.toBe(left);
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
