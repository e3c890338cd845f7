/** What is sent to the model that writes a section. */
import { invariant } from '../../kernel/invariant';
import type { Briefing } from '../market-data';
import { type DataPart, dataText } from './briefing-text';
import type { SectionContent } from './read-section';
import type { SectionSpec } from './section';
import { SECTION_SCHEMAS } from './section-schemas';

/** The prompts by name: one for each section, and `house`, which every section begins with. */
export type Prompts = ReadonlyMap<string, string>;

/** Members of the body of a chat completion. */
export interface SectionRequest {
  readonly messages: readonly { readonly role: 'system' | 'user'; readonly content: string }[];
  readonly responseFormat: Readonly<Record<string, unknown>>;
}

/** The prompt that every section begins with. */
export const HOUSE_PROMPT = 'house';

/** A section that judges reads the sections before it, not the rows that they were made of. */
const DATA: Readonly<Record<string, readonly DataPart[]>> = {
  market_snapshot: ['indicators', 'prices'],
  technical_view: ['indicators', 'prices'],
  fundamentals: ['fundamentals'],
  news: ['news'],
  bull_case: ['indicators', 'fundamentals', 'news'],
  bear_case: ['indicators', 'fundamentals', 'news'],
  debate: ['indicators'],
  risk_review: ['indicators', 'fundamentals', 'news'],
  synthesis: ['indicators'],
  summary: [],
};

/** @param earlier what was written of the sections that this one reads; one that is not there is said to have failed */
export function sectionRequest(
  prompts: Prompts,
  spec: Pick<SectionSpec, 'name' | 'after'>,
  briefing: Briefing,
  earlier: ReadonlyMap<string, SectionContent>,
): SectionRequest {
  const schema = SECTION_SCHEMAS[spec.name];
  invariant(schema !== undefined, 'a section has a schema');
  const before = spec.after.map((name) => earlierText(name, earlier.get(name)));
  return {
    messages: [
      { role: 'system', content: promptOf(prompts, HOUSE_PROMPT) },
      {
        role: 'user',
        content: [promptOf(prompts, spec.name), ...dataText(briefing, DATA[spec.name] ?? []), ...before].join('\n\n'),
      },
    ],
    responseFormat: { type: 'json_schema', json_schema: { name: spec.name, strict: true, schema } },
  };
}

function promptOf(prompts: Prompts, name: string): string {
  const prompt = prompts.get(name);
  invariant(prompt !== undefined, 'every section has a prompt');
  return prompt.trim();
}

function earlierText(name: string, content: SectionContent | undefined): string {
  const text = content === undefined ? 'This section could not be written. Do not guess what it would say.' : JSON.stringify(content);
  return `<section name="${name}">\n${text}\n</section>`;
}
