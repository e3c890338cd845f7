/** What of a conversation Anthropic's Messages have no words for. */

import { shown } from '../../kernel/shown';
import type { AssistantPart, Conversation, Turn, UserPart } from '../conversation/conversation';
import { parseRecord } from '../json';
import { objectToolOf } from './object-answer';
import { samplingFor, takesBoth, takesSampling } from './sampling';
import { ALWAYS_THINKS, THOUGHT_MIN, thinksOnBudget } from './thinking';

/** What is missing, as a sentence; null: nothing. `model`: the upstream's name of it. */
export function lackOfMessages(conversation: Conversation, model: string): string | null {
  return (
    lackOfSettings(conversation) ??
    lackOfSampling(conversation, model) ??
    lackOfReasoning(conversation, model) ??
    lackOfObject(conversation, model) ??
    lackOfTurns(conversation.turns)
  );
}

function lackOfSettings(conversation: Conversation): string | null {
  const { choices, seed, presencePenalty, frequencyPenalty, topLogprobs, temperature, stopSequences } = conversation;
  if (choices > 1) return none('n');
  if (seed !== null) return none('seed');
  if (presencePenalty !== null) return none('presence_penalty');
  if (frequencyPenalty !== null) return none('frequency_penalty');
  if (topLogprobs !== null) return none('logprobs');
  if (stopSequences.some((each) => each.trim() === '')) return 'a stop sequence of nothing but spaces has no equivalent there.';
  if (temperature !== null && temperature > 1) return 'temperature goes up to 1 there.';
  return null;
}

/** What newer models refuse, unless it says what they do by themselves: that is left out. */
function lackOfSampling(conversation: Conversation, model: string): string | null {
  const { temperature, topP, topK } = samplingFor(model, conversation);
  if (takesSampling(model))
    return temperature === null || topP === null || takesBoth(model) ? null : 'top_p cannot go with a temperature for this model.';
  if (temperature !== null) return 'temperature cannot be set for this model, but to 1.';
  if (topP !== null) return 'top_p cannot be set for this model, but to 1.';
  return topK === null ? null : 'top_k cannot be set for this model.';
}

/** Thinking excludes what would steer the answer beside it; within a budget, more than by effort. */
function lackOfReasoning({ reasoning, toolChoice, temperature, topK, outputLimit }: Conversation, model: string): string | null {
  if (reasoning === null) return null;
  if (reasoning.effort === 'none')
    return ALWAYS_THINKS.test(model) ? 'reasoning_effort cannot be none for this model, which always thinks.' : null;
  if (temperature !== null && temperature !== 1) return 'reasoning_effort cannot go with a temperature there.';
  if (topK !== null) return 'reasoning_effort cannot go with top_k there.';
  if (!thinksOnBudget(reasoning, model)) return null;
  if (toolChoice?.kind === 'required' || toolChoice?.kind === 'named')
    return 'reasoning_effort cannot go with a tool_choice that forces a call there.';
  if (outputLimit === null || outputLimit > THOUGHT_MIN) return null;
  return `reasoning_effort needs an output limit above ${THOUGHT_MIN} tokens there.`;
}

/** Where a model thinks, no call can be forced. */
function lackOfObject(conversation: Conversation, model: string): string | null {
  if (objectToolOf(conversation) === null) return null;
  if (ALWAYS_THINKS.test(model))
    return 'response_format of type json_object has no equivalent for this model, which always thinks; one of type json_schema has.';
  const { reasoning } = conversation;
  if (reasoning === null || reasoning.effort === 'none') return null;
  return 'response_format of type json_object cannot go with reasoning_effort there; one of type json_schema can.';
}

function lackOfTurns(turns: readonly Turn[]): string | null {
  for (const turn of turns) {
    for (const part of turn.parts) {
      const lack = part.kind === 'tool-call' ? lackOfCall(part.name, part.argumentsText) : lackOfPart(part);
      if (lack !== null) return lack;
    }
  }
  return null;
}

function lackOfCall(name: string, text: string): string | null {
  return text === '' || parseRecord(text) !== undefined ? null : `the arguments of the call of "${shown(name)}" are no JSON object.`;
}

function lackOfPart(part: UserPart | AssistantPart): string | null {
  if (part.kind === 'audio') return 'a part of type input_audio has no equivalent there.';
  if (part.kind === 'image' && part.detail === 'low') return 'a picture of detail low has no equivalent there.';
  if (part.kind !== 'document' || part.source.kind !== 'base64' || part.source.mediaType === 'application/pdf') return null;
  return `a file of type ${shown(part.source.mediaType)} has no equivalent there.`;
}

function none(member: string): string {
  return `${member} has no equivalent there.`;
}
