/** How much the sections of a report read, by the data that a run would be given: some symbols have a page of news, and some have none. */
import { chatCompletions } from '../gateway/endpoints/chat-completions';
import { countGivingWay } from '../metering/long-count';
import type { TokenCounter } from '../metering/token-counter';
import type { Briefing } from './market-data';
import type { SectionProfile } from './run';
import { type CallBody, sectionBody } from './section-body';
import type { SectionSpec } from './sections/section';
import type { Prompts } from './sections/section-request';

/** Without the sections that it reads, which are not written yet. */
export interface SectionSize {
  /** By a common vocabulary: a fair count. */
  readonly tokens: number;
  /** By the bound that a hold is made on. */
  readonly bound: number;
}

/** By the name of the section. */
export type SectionSizes = ReadonlyMap<string, SectionSize>;

interface Measured {
  readonly prompts: Prompts;
  readonly counter: TokenCounter;
  readonly briefing: Briefing;
}

const TEXT_ALONE = { contextWindow: Number.MAX_SAFE_INTEGER, mediaPartTokens: 0 };
const NOTHING_BEFORE = new Map();
/** These read as much of every symbol: indicators, and the same number of days. */
const ALIKE = ['market_snapshot', 'technical_view'];
/** A vocabulary that is further from the common one than that is none of text: the averages are of another prompt. */
const RATIO_MAX = 2;

/** Whoever else calls gets their turn: news in Chinese takes a good part of a second. */
export async function sizesOf({ prompts, counter, briefing }: Measured, plan: readonly SectionSpec[]): Promise<SectionSizes> {
  // Sections share their data: each block of it is counted once.
  const counted = new Map<string, number>();
  const sizes = new Map<string, SectionSize>();
  for (const spec of plan) {
    const body = sectionBody({ prompts, briefing }, { ...spec, after: [] }, NOTHING_BEFORE, { model: '', limit: spec.outputTokens });
    let tokens = 0;
    for (const block of blocksOf(body)) {
      const ofBlock = counted.get(block) ?? (await countGivingWay(counter, [block]));
      counted.set(block, ofBlock);
      tokens += ofBlock;
    }
    sizes.set(spec.name, { tokens, bound: chatCompletions.inputBound(body, TEXT_ALONE) });
  }
  return sizes;
}

function blocksOf(body: CallBody): string[] {
  const { messages, response_format: format } = body as { messages: readonly { content: string }[]; response_format: unknown };
  const shape = format === undefined ? [] : [JSON.stringify(format)];
  return [...messages.flatMap(({ content }) => content.split('\n\n')), ...shape];
}

/** Tokens of the models that wrote the finished runs, for one of the common vocabulary: from sections that read as much of every symbol. */
export function vocabularyRatio(sizes: SectionSizes, profiles: ReadonlyMap<string, Pick<SectionProfile, 'inputTokens'>>): number {
  let [learned, counted] = [0, 0];
  for (const name of ALIKE) {
    const [profile, size] = [profiles.get(name), sizes.get(name)];
    if (profile === undefined || size === undefined) continue;
    learned += profile.inputTokens;
    counted += size.tokens;
  }
  return counted === 0 ? 1 : Math.min(learned / counted, RATIO_MAX);
}
