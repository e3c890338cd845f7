/** How much a model is to think, as Anthropic is told: newer models by an effort, older ones by a budget of tokens. */
import type { ReasoningEffort, ReasoningWish } from '../conversation/conversation';

/** The least budget that is taken. */
export const THOUGHT_MIN = 1_024;
/** What is left for the answer itself. */
const ANSWER_SHARE = 0.25;

/** Models that know budgets alone: the third generation and the first ones of the fourth. */
const BUDGET_ONLY = /claude-(?:3|(?:opus|sonnet|haiku)-4(?:-[015](?!\d)|-\d{8}|$|@))/;

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

/** `limit`: the output limit that is sent, which thoughts count into. One without room for thoughts gets none. */
export function thinkingOf(wish: ReasoningWish | null, model: string, limit: number): ThinkingMembers {
  if (wish === null) return {};
  const { effort, budgetTokens } = wish;
  if (effort === 'none') return { thinking: { type: 'disabled' } };
  if (limit <= THOUGHT_MIN) return {};
  if (budgetTokens === null && effort !== null && !BUDGET_ONLY.test(model)) {
    return { thinking: { type: 'adaptive' }, effort: effort === 'minimal' ? 'low' : effort };
  }
  const wanted = budgetTokens ?? BUDGETS[effort ?? 'medium'];
  const budget = Math.max(THOUGHT_MIN, Math.min(wanted, Math.floor(limit * (1 - ANSWER_SHARE))));
  return { thinking: { type: 'enabled', budget_tokens: budget } };
}
