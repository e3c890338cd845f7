/**
 * A conversation as a request of Gemini. Everything in it is kept, or there is an obstacle that names what cannot be.
 * Two things say nothing about the answer and stay behind: the name of the end user, and reasoning of earlier turns.
 */

import { shown } from '../../kernel/shown';
import type { Conversation, Inexpressible, ReasoningWish, Tool } from '../conversation/conversation';
import { Unsayable, unsayable } from '../conversation/unsayable';
import { geminiSchema } from './gemini-schema';
import { contentsOf } from './request-turns';

type Members = Record<string, unknown>;

/** They think by levels, sign their calls, and write JSON with tools at hand. */
const NEWER = /(?:^|\/)gemini-(?:[3-9]|\d{2})/i;
const STOP_SEQUENCES_MAX = 5;
const SEED_MAX = 2 ** 31;

/** As clients of either kind call it. */
const NAMES = {
  chat: { format: 'response_format', stop: 'stop' },
  messages: {
    format: 'output_config.format',
    stop: 'stop_sequences',
  },
} as const;

/** The body, or the first obstacle in it. `outputLimit` takes the place of the conversation's own. */
export function geminiRequest(
  conversation: Conversation,
  upstreamModel: string,
  outputLimit: number | null,
): { readonly body: Members } | Inexpressible {
  const newer = NEWER.test(upstreamModel);
  try {
    refuseWhatIsLost(conversation, newer);
    const { system } = conversation;
    const body = {
      contents: contentsOf(conversation, newer),
      ...(system.length === 0 ? {} : { systemInstruction: { parts: system.map((text) => ({ text })) } }),
      ...toolsOf(conversation),
      generationConfig: generationConfig(conversation, upstreamModel, outputLimit),
    };
    return { body };
  } catch (error) {
    if (error instanceof Unsayable) return { obstacle: error.message };
    throw error;
  }
}

function refuseWhatIsLost(conversation: Conversation, newer: boolean): void {
  const { choices, topLogprobs, tools, format, stopSequences, seed } = conversation;
  const names = NAMES[conversation.dialect];
  if (choices > 1) throw unsayable('n', 'cannot be above 1 there: ask several times');
  if (topLogprobs !== null) throw unsayable('logprobs');
  if (format.kind !== 'text' && tools.length > 0 && !newer) throw unsayable(names.format, 'cannot stand beside tools for this model');
  if (stopSequences.length > STOP_SEQUENCES_MAX) throw unsayable(names.stop, `cannot have more than ${STOP_SEQUENCES_MAX} texts there`);
  if (seed !== null && !(seed >= -SEED_MAX && seed < SEED_MAX)) throw unsayable('seed', 'cannot have more than 32 bits there');
}

/** Tools that are strict are kept to their schemas by a mode of calling, which then holds for all of them. */
function toolsOf({ tools, toolChoice }: Conversation): Members {
  if (tools.length === 0) return {};
  const strict = tools.some((tool) => tool.strict);
  const functionCallingConfig = callingOf(toolChoice?.kind ?? 'auto', strict);
  if (toolChoice?.kind === 'named') functionCallingConfig['allowedFunctionNames'] = [toolChoice.name];
  const said = toolChoice !== null || strict;
  return { tools: [{ functionDeclarations: tools.map(declarationOf) }], ...(said ? { toolConfig: { functionCallingConfig } } : {}) };
}

function callingOf(kind: 'auto' | 'none' | 'required' | 'named', strict: boolean): Members {
  if (kind === 'none') return { mode: 'NONE' };
  if (kind === 'auto') return { mode: strict ? 'VALIDATED' : 'AUTO' };
  return { mode: 'ANY' };
}

function declarationOf({ name, description, schema, strict }: Tool): Members {
  if (!/^[A-Za-z_][\w.:-]{0,63}$/.test(name)) throw unsayable('tools', `cannot have the name "${shown(name)}" there`);
  const described = description === null ? {} : { description };
  if (schema === null) return { name, ...described };
  return { name, ...described, parametersJsonSchema: schemaOf(schema, strict, 'tools', `of the strict tool "${name}"`) };
}

/** What Gemini ignores of a schema binds only where it was asked to; elsewhere it is a hint, and goes along. */
function schemaOf(schema: Readonly<Members>, strict: boolean, member: string, whose: string): unknown {
  const kept = geminiSchema(schema);
  if (kept.ok) return kept.schema;
  if (!strict) return schema;
  throw unsayable(member, `cannot be kept to there: ${shown(kept.lost)} in the schema ${whose}`);
}

function generationConfig(conversation: Conversation, upstreamModel: string, outputLimit: number | null): Members {
  const { temperature, topP, topK, stopSequences, seed, presencePenalty, frequencyPenalty, reasoning } = conversation;
  const wanted: Members = {
    maxOutputTokens: outputLimit ?? conversation.outputLimit,
    temperature,
    topP,
    topK,
    stopSequences: stopSequences.length === 0 ? null : stopSequences,
    seed,
    presencePenalty: presencePenalty || null,
    frequencyPenalty: frequencyPenalty || null,
    ...formatOf(conversation),
    thinkingConfig: reasoning === null ? null : thinkingOf(reasoning, upstreamModel, conversation.dialect),
    mediaResolution: resolutionOf(conversation),
  };
  return Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== null));
}

function formatOf({ format, dialect }: Conversation): Members {
  if (format.kind === 'text') return {};
  if (format.kind === 'json') return { responseMimeType: 'application/json' };
  const { name, description, schema, strict } = format;
  const described = { ...(name === null ? {} : { title: name }), ...(description === null ? {} : { description }), ...schema };
  return { responseMimeType: 'application/json', responseJsonSchema: schemaOf(described, strict, NAMES[dialect].format, 'of the answer') };
}

/** Google's own reading of effort: levels for the newer models, budgets for those before. */
const BUDGETS = { none: 0, minimal: 1_024, low: 1_024, medium: 8_192, high: 24_576, xhigh: 24_576, max: 24_576 } as const;
const LEVELS = { none: 'minimal', minimal: 'minimal', low: 'low', medium: 'medium', high: 'high', xhigh: 'high', max: 'high' } as const;

function thinkingOf({ effort, budgetTokens }: ReasoningWish, upstreamModel: string, dialect: Conversation['dialect']): Members {
  if (budgetTokens !== null) return { thinkingBudget: budgetTokens, includeThoughts: budgetTokens > 0 };
  if (!NEWER.test(upstreamModel)) return { thinkingBudget: effort === null ? -1 : BUDGETS[effort], includeThoughts: effort !== 'none' };
  if (effort === null) return { includeThoughts: true };
  if (effort === 'none' && dialect === 'chat') throw unsayable('reasoning_effort', 'cannot be none for this model, which always thinks');
  // Messages ask for no thinking where they want none shown: it is as little as the model can, and stays behind.
  const level = LEVELS[effort];
  return { thinkingLevel: level === 'minimal' && /pro/i.test(upstreamModel) ? 'low' : level, includeThoughts: effort !== 'none' };
}

/** One for all pictures of a request. */
function resolutionOf({ turns }: Conversation): string | null {
  const details = new Set(turns.flatMap(({ parts }) => parts.flatMap((part) => (part.kind === 'image' ? [part.detail] : []))));
  if (details.size > 1) throw unsayable('messages', 'cannot hold pictures of different detail there');
  const [detail = null] = details;
  if (detail === null) return null;
  return detail === 'low' ? 'MEDIA_RESOLUTION_LOW' : 'MEDIA_RESOLUTION_HIGH';
}
