/** How much is to be thought, as chat completions are told: by an effort, and only where it is taken. */
import type { UpstreamCall } from '../../attempts/upstream';
import type { Conversation, ReasoningEffort } from '../conversation/conversation';
import { isOpenAi } from './request-body';

/** Budgets of thoughts as efforts: up to so many tokens. */
const EFFORTS: readonly (readonly [tokens: number, effort: ReasoningEffort])[] = [
  [4_096, 'low'],
  [16_384, 'medium'],
];
/** OpenAI's models that do not think, and refuse to be told how much. */
const NEVER_THINKS = /^(?:openai\/)?(?:gpt-[34](?!\d)|chatgpt-)/i;
/** From 5.2 on OpenAI refuses tools in a chat unless nothing is to be thought, some models also where nothing is said of it. */
const THINKS_WITHOUT_TOOLS = /^gpt-5\.(?:[2-9]|\d{2})/i;

/** null: nothing is said of it. */
export function effortFor({ reasoning, tools }: Pick<Conversation, 'reasoning' | 'tools'>, call: UpstreamCall): string | null {
  if (NEVER_THINKS.test(call.upstreamModel)) return null;
  if (tools.length > 0 && isOpenAi(call) && THINKS_WITHOUT_TOOLS.test(call.upstreamModel)) return 'none';
  return effortOf(reasoning);
}

/** Nothing is said where nothing is to be thought: what does not think refuses even that word. */
function effortOf(wish: Conversation['reasoning']): string | null {
  if (wish === null || wish.effort === 'none') return null;
  const { effort, budgetTokens } = wish;
  if (effort !== null) return effort === 'max' ? 'xhigh' : effort;
  if (budgetTokens === null) return null;
  return EFFORTS.find(([tokens]) => budgetTokens <= tokens)?.[1] ?? 'high';
}
