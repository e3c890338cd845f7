/** How much a model is to think, as Anthropic is told: newer models by an effort, older ones by a budget of tokens. */
import type { ReasoningEffort, ReasoningWish, Turn } from '../conversation/conversation';

/** The least budget that is taken. */
export const THOUGHT_MIN = 1_024;
/** What is left for the answer itself. */
const ANSWER_SHARE = 0.25;

/** Models that know budgets alone: the third generation and the first ones of the fourth. */
const BUDGET_ONLY = /claude-(?:3|(?:opus|sonnet|haiku)-4(?:-[015](?!\d)|-\d{8}|$|@))/;

/** Models that think whether they are asked to or not, and refuse to be told otherwise. */
export const ALWAYS_THINKS = /claude-(?:fable|mythos|(?:opus|sonnet)-5-5)/;

const BUDGETS: Readonly<Record<Exclude<ReasoningEffort, 'none'>, number>> = {
  minimal: 1_024,
  low: 2_048,
  medium: 8_192,
  high: 24_576,
  xhigh: 32_768,
  max: 49_152,
};

export interface ThinkingMembers {
  readonly thinking?: Readonly<Record<string, unknown>>;
  readonly effort?: string;
}

/** Whether it is thought within a budget, which binds the rest of a request more than an effort does. */
export function thinksOnBudget({ effort, budgetTokens }: ReasoningWish, model: string): boolean {
  return budgetTokens !== null || effort === null || BUDGET_ONLY.test(model);
}

/** `limit`: the output limit that is sent, which thoughts count into. A budget without room for thoughts gets none. */
export function thinkingOf(wish: ReasoningWish | null, model: string, limit: number, turns: readonly Turn[]): ThinkingMembers {
  if (wish === null) return {};
  const { effort, budgetTokens } = wish;
  if (effort === 'none') return { thinking: { type: 'disabled' } };
  if (effort !== null && !thinksOnBudget(wish, model)) {
    // The newest models keep their thoughts to themselves unless they are asked for.
    return { thinking: { type: 'adaptive', display: 'summarized' }, effort: effort === 'minimal' ? 'low' : effort };
  }
  // What Anthropic itself does by now: other providers of its protocol refuse the request instead.
  if (limit <= THOUGHT_MIN || goesOnWithoutProof(turns)) return {};
  const wanted = budgetTokens ?? BUDGETS[effort ?? 'medium'];
  const budget = Math.max(THOUGHT_MIN, Math.min(wanted, Math.floor(limit * (1 - ANSWER_SHARE))));
  return { thinking: { type: 'enabled', budget_tokens: budget } };
}

/**
 * Whether the model goes on from a call whose thoughts the client did not keep: most clients of chats have no place for them. It is the
 * first answer since the question that must begin with them; further ones may have none.
 */
function goesOnWithoutProof(turns: readonly Turn[]): boolean {
  const asked = turns.findLastIndex(({ role, parts }) => role === 'user' && parts.some(({ kind }) => kind !== 'tool-result'));
  const answers = turns.slice(asked + 1).filter(({ role }) => role === 'assistant');
  const proven = answers[0]?.parts.some((part) => part.kind === 'reasoning' && (part.signature !== null || part.redacted !== null));
  return proven !== true && answers.some(({ parts }) => parts.some(({ kind }) => kind === 'tool-call'));
}
