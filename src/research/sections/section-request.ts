/** What is sent to the model that writes a section. */
import { invariant } from '../../kernel/invariant';
import type { Briefing } from '../market-data';
import { type DataPart, dataText } from './briefing-text';
import type { SectionContent } from './read-section';
import type { JsonSchema } from './schema-kinds';
import type { SectionSpec } from './section';
import { SECTION_SCHEMAS } from './section-schemas';

/** The prompts by name: one for each section, and `house`, which every section begins with. */
export type Prompts = ReadonlyMap<string, string>;

/** Members of the body of a chat completion. */
export interface SectionRequest {
  readonly messages: readonly { readonly role: 'system' | 'user'; readonly content: string }[];
  /** null: a provider took none, and the schema stands in the messages. */
  readonly responseFormat: Readonly<Record<string, unknown>> | null;
}

/** What was learned by tries before. */
export interface FormerTries {
  /** What was wrong with the last answer; null: there is none. */
  readonly problem: string | null;
  /** A provider of the model rejected a request with a schema. */
  readonly schemaRejected: boolean;
}

const NO_TRY: FormerTries = { problem: null, schemaRejected: false };

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

/** Whether it reads what a provider has written: of that some symbols have much, and some have none. */
export function readsWords({ name }: Pick<SectionSpec, 'name'>): boolean {
  return (DATA[name] ?? []).some((part) => part === 'fundamentals' || part === 'news');
}

/** @param earlier what was written of the sections that this one reads; one that is not there is said to have failed */
export function sectionRequest(
  prompts: Prompts,
  spec: Pick<SectionSpec, 'name' | 'after'>,
  briefing: Briefing,
  earlier: ReadonlyMap<string, SectionContent>,
  former: FormerTries = NO_TRY,
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
      ...askedAgain(schema, former),
    ],
    responseFormat: former.schemaRejected ? null : { type: 'json_schema', json_schema: { name: spec.name, strict: true, schema } },
  };
}

/** Not every provider shows the schema of a response format to its model, and some take none: from the second try on it is said in words. */
function askedAgain(schema: JsonSchema, { problem, schemaRejected }: FormerTries): SectionRequest['messages'] {
  if (problem === null && !schemaRejected) return [];
  const again = problem === null ? '' : `Your last answer could not be used: ${problem}. Answer once more. `;
  const content = `${again}Answer with one JSON object that fits this JSON schema, and nothing else:\n${JSON.stringify(schema)}`;
  return [{ role: 'user', content }];
}

function promptOf(prompts: Prompts, name: string): string {
  const prompt = prompts.get(name);
  invariant(prompt !== undefined, 'every section has a prompt');
  return prompt.trim();
}

function earlierText(name: string, content: SectionContent | undefined): string {
  const text = content === undefined ? 'This section could not be written. Do not guess what it would say.' : JSON.stringify(content);
  // A model may have copied it from a headline.
  return `<section name="${name}">\n${text.replaceAll('</', '<\\/')}\n</section>`;
}
