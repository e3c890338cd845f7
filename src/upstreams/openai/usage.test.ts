import { largerUsage } from '../larger-usage';
import { outputTextOf } from './output-text';
import { readUsage } from './usage';

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
  });

  it.each([null, 'many', [1], {}, { prompt_tokens: 1 }, { prompt_tokens: '1', completion_tokens: 1 }])('reads nothing from %j', (usage) => {
    expect(readUsage(usage)).toBeUndefined();
  });

  it('takes an explicit zero for a value', () => {
    expect(readUsage({ prompt_tokens: 0, completion_tokens: 0 })).toMatchObject({ inputTokens: 0, outputTokens: 0 });
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
  it('takes content, parts, reasoning, refusals and calls together', () => {
    const calls = [{ function: { name: 'f', arguments: '{"a":1}' } }, { custom: { name: 'g', input: 'in' } }];
    expect(outputTextOf({ content: 'c', reasoning_content: 'r', reasoning: 'r', refusal: 'no', tool_calls: calls })).toBe(
      'crnof{"a":1}gin',
    );
    expect(
      outputTextOf({ content: [{ type: 'text', text: 'a' }, { type: 'refusal', refusal: 'b' }, 3], function_call: { name: 'h' } }),
    ).toBe('abh');
    expect(outputTextOf(null)).toBe('');
    expect(outputTextOf({ content: 4, tool_calls: 'x' })).toBe('');
  });
});
