import type { ReasoningWish } from '../conversation/conversation';
import { conversationFromChat } from '../conversation/from-chat';
import { thinkingOf as thinkingIn } from './thinking';

const HI = { role: 'user', content: 'hi' };
const CALL = { role: 'assistant', content: null, tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }] };
const RESULT = { role: 'tool', tool_call_id: 'c', content: 'x' };
const PROOF = { reasoning_details: [{ type: 'reasoning.text', text: 'hm', signature: 'c2ln' }] };

function turnsOf(messages: readonly object[]) {
  const reading = conversationFromChat({ model: 'm', messages });
  if ('obstacle' in reading) throw new Error(reading.obstacle);
  return reading.conversation.turns;
}

const thinkingOf = (wish: ReasoningWish | null, model: string, limit: number, messages: readonly object[] = [HI]) =>
  thinkingIn(wish, model, limit, turnsOf(messages));

const effort = (name: 'none' | 'minimal' | 'low' | 'high' | 'max') => ({ effort: name, budgetTokens: null });

describe('thinkingOf', () => {
  it('tells newer models an effort, and older ones a budget', () => {
    expect(thinkingOf(effort('high'), 'claude-opus-4-6', 64_000)).toEqual({
      thinking: { type: 'adaptive', display: 'summarized' },
      effort: 'high',
    });
    expect(thinkingOf(effort('minimal'), 'claude-sonnet-5', 64_000)).toEqual({
      thinking: { type: 'adaptive', display: 'summarized' },
      effort: 'low',
    });
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

  it('thinks by effort whatever a client kept of earlier thoughts, and however little may be written', () => {
    const adaptive = { thinking: { type: 'adaptive', display: 'summarized' }, effort: 'high' };
    expect(thinkingOf(effort('high'), 'claude-opus-4-6', 64_000, [HI, CALL, RESULT])).toEqual(adaptive);
    expect(thinkingOf(effort('high'), 'claude-opus-4-6', 500)).toEqual(adaptive);
  });

  it('goes on without a budget from a call whose thoughts were not kept, and with one from the next question', () => {
    const thinks = (messages: readonly object[]) => 'thinking' in thinkingOf(effort('low'), 'claude-sonnet-4-5', 64_000, messages);
    expect(thinks([HI, CALL, RESULT])).toBe(false);
    expect(thinks([HI, CALL, RESULT, { ...CALL, ...PROOF }, RESULT])).toBe(false);
    expect(thinks([HI, { ...CALL, ...PROOF }, RESULT])).toBe(true);
    // Between its calls such a model does not think again.
    expect(thinks([HI, { ...CALL, ...PROOF }, RESULT, CALL, RESULT])).toBe(true);
    expect(thinks([HI, CALL, RESULT, { role: 'assistant', content: 'so' }, HI])).toBe(true);
  });
});
