import { largerUsage } from '../larger-usage';
import { outputTextOf } from './output-text';
import { readResponseUsage, readSpeechUsage, readTranscriptUsage, readUsage } from './usage';

describe('readUsage', () => {
  it('reads cached, cache-writing and reasoning tokens in the spellings that providers have', () => {
    const counts = { prompt_tokens: 100, completion_tokens: 20 };
    const openai = {
      ...counts,
      prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 10 },
      completion_tokens_details: { reasoning_tokens: 5 },
    };
    expect(readUsage(openai)).toMatchObject({ cachedInputTokens: 60, cacheWriteTokens: 10, reasoningTokens: 5, source: 'PROVIDER' });
    expect(readUsage({ ...counts, prompt_cache_hit_tokens: 30 })).toMatchObject({ cachedInputTokens: 30 });
    expect(readUsage({ ...counts, cached_tokens: 40 })).toMatchObject({ cachedInputTokens: 40 });
    expect(readUsage({ ...counts, cache_creation_input_tokens: 50 })).toMatchObject({ cacheWriteTokens: 50 });
    const alibaba = { cached_tokens: 0, cache_creation_input_tokens: 50, cache_type: 'ephemeral' };
    expect(readUsage({ ...counts, prompt_tokens_details: alibaba })).toMatchObject({ cacheWriteTokens: 50, cachedInputTokens: 0 });
    const spelled = (name: string) => readUsage({ ...counts, prompt_tokens_details: { cached_tokens: 30, [name]: 50 } });
    for (const name of ['cache_creation_tokens', 'cached_creation_tokens', 'caching_tokens']) {
      expect(spelled(name)).toMatchObject({ inputTokens: 100, cachedInputTokens: 30, cacheWriteTokens: 50 });
    }
    const sglang = { ...counts, total_tokens: 120, prompt_tokens_details: null, reasoning_tokens: 5 };
    expect(readUsage(sglang)).toMatchObject({ outputTokens: 20, reasoningTokens: 5 });
  });

  it('reads what is told in one place and left at zero in another', () => {
    const counts = { prompt_tokens: 100, completion_tokens: 20 };
    const unfilled = { cached_tokens: 0, cache_write_tokens: 0, cached_creation_tokens: 0 };
    expect(readUsage({ ...counts, prompt_tokens_details: unfilled, prompt_cache_hit_tokens: 30 })).toMatchObject({ cachedInputTokens: 30 });
    expect(readUsage({ ...counts, prompt_tokens_details: unfilled, cached_tokens: 40 })).toMatchObject({ cachedInputTokens: 40 });
    expect(readUsage({ ...counts, prompt_tokens_details: unfilled, cache_creation_input_tokens: 50 })).toMatchObject({
      cacheWriteTokens: 50,
    });
    expect(readUsage({ ...counts, prompt_tokens_details: unfilled })).toMatchObject({ cachedInputTokens: 0, cacheWriteTokens: 0 });
  });

  it('counts the reasoning of deep research beside its output, which the total leaves out as well', () => {
    const perplexity = { prompt_tokens: 230, completion_tokens: 13_498, total_tokens: 13_728, citation_tokens: 20_470 };
    const told = { ...perplexity, num_search_queries: 50, reasoning_tokens: 145_885 };
    expect(readUsage(told)).toMatchObject({ inputTokens: 230, outputTokens: 159_383, reasoningTokens: 145_885 });
    expect(readUsage({ ...told, reasoning_tokens: 7 })).toMatchObject({ outputTokens: 13_505, reasoningTokens: 7 });
    expect(readUsage({ ...told, reasoning_tokens: null })).toMatchObject({ outputTokens: 13_498, reasoningTokens: 0 });
    expect(readUsage({ ...told, citation_tokens: null, reasoning_tokens: 7 })).toMatchObject({ outputTokens: 13_498, reasoningTokens: 7 });
  });

  it('counts reasoning as output once, whether the provider counts it among the completion tokens or beside them', () => {
    const counts = { prompt_tokens: 32, completion_tokens: 9 };
    const told = (reasoning_tokens: number) => ({ completion_tokens_details: { reasoning_tokens } });
    const billed = (usage: object) => readUsage({ ...counts, ...usage });
    expect(billed({ total_tokens: 41, ...told(5) })).toMatchObject({ outputTokens: 9, reasoningTokens: 5 });
    expect(billed({ total_tokens: 135, ...told(94) })).toMatchObject({ inputTokens: 32, outputTokens: 103, reasoningTokens: 94 });
    expect(billed({ total_tokens: 135, ...told(94), cached_tokens: 8 })).toMatchObject({ outputTokens: 103, cachedInputTokens: 8 });
    expect(billed({ total_tokens: 41 })).toMatchObject({ outputTokens: 9, reasoningTokens: 0 });
  });

  it('takes a total that is more or less than its parts for nothing where it is not told what it is', () => {
    const read = (usage: object) => readUsage({ prompt_tokens: 32, completion_tokens: 9, ...usage });
    for (const total_tokens of [135, 12]) expect(read({ total_tokens })).toMatchObject({ outputTokens: 9, reasoningTokens: 0 });
    const others = { total_tokens: 135, completion_tokens_details: { reasoning_tokens: 7 } };
    expect(read(others)).toMatchObject({ inputTokens: 32, outputTokens: 9, reasoningTokens: 7 });
  });

  it('tells sound and pictures of a chat apart, read and made, where there were some', () => {
    const counts = { prompt_tokens: 400, completion_tokens: 1_300 };
    const input = { audio_tokens: 32, image_tokens: 258, text_tokens: 110, cached_tokens: 0 };
    const output = { audio_tokens: 5, image_tokens: 1_290, reasoning_tokens: 0 };
    const classesOf = (more: object) => readUsage({ ...counts, ...more })?.classes;
    expect(classesOf({ prompt_tokens_details: input, completion_tokens_details: output })).toEqual({
      audioInputTokens: 32,
      imageInputTokens: 258,
      audioOutputTokens: 5,
      imageOutputTokens: 1_290,
    });
    expect(classesOf({ prompt_tokens_details: { image_tokens: 258 } })).toEqual({ imageInputTokens: 258 });
    expect(classesOf({ completion_tokens_details: { image_tokens: 1_290 } })).toEqual({ imageOutputTokens: 1_290 });
    expect(classesOf({ prompt_tokens_details: { image_tokens: 0, text_tokens: 400 } })).toBeUndefined();
  });

  it.each([null, 'many', [1], {}, { prompt_tokens: 1 }, { prompt_tokens: '1', completion_tokens: 1 }])('reads nothing from %j', (usage) => {
    expect(readUsage(usage)).toBeUndefined();
  });

  it('takes an explicit zero for a value', () => {
    expect(readUsage({ prompt_tokens: 0, completion_tokens: 0 })).toMatchObject({ inputTokens: 0, outputTokens: 0 });
  });
});

describe('readResponseUsage', () => {
  it.each(['cache_write_tokens', 'cache_creation_tokens', 'cached_creation_tokens'])('reads what was written to a cache as %s', (name) => {
    const usage = { input_tokens: 100, output_tokens: 20, input_tokens_details: { cached_tokens: 30, [name]: 50 } };
    expect(readResponseUsage(usage)).toMatchObject({ inputTokens: 100, cachedInputTokens: 30, cacheWriteTokens: 50 });
  });
});

describe('the usage of audio', () => {
  const heard = (milliseconds: number) => ({ inputTokens: 0, outputTokens: 0, source: 'PROVIDER', classes: { milliseconds } });

  it('is seconds, wherever and however a provider says them, and zero is a value', () => {
    expect(readTranscriptUsage({ usage: { type: 'duration', seconds: 9 }, duration: 8.47 })).toMatchObject(heard(9_000));
    expect(readTranscriptUsage({ duration: 8.47 })).toMatchObject(heard(8_470));
    expect(readTranscriptUsage({ duration: '8.470000095367432' })).toMatchObject(heard(8_470));
    expect(readTranscriptUsage({ usage: { type: 'duration', seconds: 0 } })).toMatchObject(heard(0));
    expect(readTranscriptUsage({ usage: { input_tokens: 'many' }, duration: 2 })).toMatchObject(heard(2_000));
  });

  it.each([-1, Number.NaN, Infinity, 1e9, 'long', '1e3', '-3', null, [2]])('is not a duration of %p', (duration) => {
    expect(readTranscriptUsage({ duration })).toBeUndefined();
  });

  it('is tokens of text and of audio', () => {
    const usage = { type: 'tokens', input_tokens: 14, input_token_details: { text_tokens: 4, audio_tokens: 10 }, output_tokens: 2 };
    expect(readTranscriptUsage({ usage })).toMatchObject({ inputTokens: 14, outputTokens: 2, classes: { audioInputTokens: 10 } });
    expect(readSpeechUsage({ input_tokens: 3, output_tokens: 40 })).toMatchObject({ inputTokens: 3, classes: { audioOutputTokens: 40 } });
    expect(readSpeechUsage({ input_tokens: 3 })).toBeUndefined();
  });
});

describe('largerUsage', () => {
  it('never lets a later, smaller usage lower an earlier one', () => {
    const small = readUsage({ prompt_tokens: 10, completion_tokens: 1 })!;
    const large = readUsage({ prompt_tokens: 10, completion_tokens: 9 })!;
    expect(largerUsage(undefined, small)).toBe(small);
    expect(largerUsage(small, large)).toBe(large);
    expect(largerUsage(large, small)).toBe(large);
  });
});

describe('outputTextOf', () => {
  it('takes arguments that are an object, as they would be told', () => {
    expect(outputTextOf({ tool_calls: [{ function: { name: 'f', arguments: { a: 1 } } }] })).toBe('f{"a":1}');
  });

  it('takes content, parts, reasoning, refusals and calls together', () => {
    const calls = [{ function: { name: 'f', arguments: '{"a":1}' } }, { custom: { name: 'g', input: 'in' } }];
    expect(outputTextOf({ content: 'c', reasoning_content: 'r', reasoning: 'r', refusal: 'no', tool_calls: calls })).toBe(
      'crnof{"a":1}gin',
    );
    expect(
      outputTextOf({ content: [{ type: 'text', text: 'a' }, { type: 'refusal', refusal: 'b' }, 3], function_call: { name: 'h' } }),
    ).toBe('abh');
    const thinking = {
      type: 'thinking',
      thinking: [
        { type: 'text', text: 'h' },
        { type: 'text', text: 'm' },
      ],
    };
    expect(outputTextOf({ content: [thinking, { type: 'text', text: 'a' }] })).toBe('hma');
    expect(outputTextOf(null)).toBe('');
    expect(outputTextOf({ content: 4, tool_calls: 'x' })).toBe('');
  });
});
