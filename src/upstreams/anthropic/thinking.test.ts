import { thinkingOf } from './thinking';

const effort = (name: 'none' | 'minimal' | 'low' | 'high' | 'max') => ({ effort: name, budgetTokens: null });

describe('thinkingOf', () => {
  it('tells newer models an effort, and older ones a budget', () => {
    expect(thinkingOf(effort('high'), 'claude-opus-4-6', 64_000)).toEqual({ thinking: { type: 'adaptive' }, effort: 'high' });
    expect(thinkingOf(effort('minimal'), 'claude-sonnet-5', 64_000)).toEqual({ thinking: { type: 'adaptive' }, effort: 'low' });
    for (const model of [
      'claude-3-7-sonnet-20250219',
      'claude-sonnet-4-5-20250929',
      'claude-opus-4-1',
      'claude-sonnet-4-20250514',
      'anthropic.claude-opus-4-0',
    ]) {
      expect(thinkingOf(effort('high'), model, 64_000)).toEqual({ thinking: { type: 'enabled', budget_tokens: 24_576 } });
    }
  });

  it('leaves room for the answer, and thinks nothing where there is none', () => {
    expect(thinkingOf(effort('max'), 'claude-3-7-sonnet', 8_000)).toEqual({ thinking: { type: 'enabled', budget_tokens: 6_000 } });
    expect(thinkingOf({ effort: null, budgetTokens: 2_000 }, 'claude-opus-4-6', 1_100)).toEqual({
      thinking: { type: 'enabled', budget_tokens: 1_024 },
    });
    expect(thinkingOf(effort('low'), 'claude-3-7-sonnet', 256)).toEqual({});
  });

  it('says so where nothing is to be thought, and nothing where nothing was said', () => {
    expect(thinkingOf(effort('none'), 'claude-opus-4-6', 100)).toEqual({ thinking: { type: 'disabled' } });
    expect(thinkingOf(null, 'claude-opus-4-6', 100)).toEqual({});
  });
});
