/** A section of a report: who writes it, after which others, and how much text it takes. */
import type { ResearchMode } from '../../kernel/words';

/** The model of the catalog's `research.models` that writes a section. */
export type ModelRole = 'quick' | 'deep';

export interface SectionSpec {
  /** Unique in a report, and the name of the prompt's file. */
  readonly name: string;
  readonly title: string;
  /** The sections that it reads. It is written once each of them is completed, and skipped where one could not be written. */
  readonly after: readonly string[];
  readonly role: ModelRole;
  /** The output limit that is sent to the model, in tokens. */
  readonly outputTokens: number;
  /** What a call uses where no finished run says better. */
  readonly expectedInputTokens: number;
  readonly expectedOutputTokens: number;
}

type Writing = Omit<SectionSpec, 'after'>;

const writing = (name: string, title: string, role: ModelRole, outputTokens: number, input: number, output: number): Writing => ({
  ...{ name, title, role, outputTokens, expectedInputTokens: input, expectedOutputTokens: output },
});

const SNAPSHOT = writing('market_snapshot', 'Market snapshot', 'quick', 900, 1_500, 350);
const TECHNICAL = writing('technical_view', 'Technical view', 'quick', 1_200, 1_600, 500);
const FUNDAMENTALS = writing('fundamentals', 'Fundamentals', 'quick', 1_200, 1_600, 450);
const NEWS = writing('news', 'News', 'quick', 1_200, 1_700, 450);
const BULL = writing('bull_case', 'Bull case', 'deep', 2_000, 3_200, 800);
const BEAR = writing('bear_case', 'Bear case', 'deep', 2_000, 3_200, 800);
const DEBATE = writing('debate', 'Debate', 'deep', 2_400, 3_000, 1_000);
const RISKS = writing('risk_review', 'Risk review', 'deep', 2_000, 4_500, 800);
const SYNTHESIS = writing('synthesis', 'Synthesis', 'deep', 2_800, 6_500, 1_200);
const SUMMARY = writing('summary', 'Summary', 'quick', 1_200, 3_000, 450);

const VIEWS = [SNAPSHOT, TECHNICAL];
const FACTS = [...VIEWS, FUNDAMENTALS, NEWS];
const CASES = [BULL, BEAR];
const JUDGEMENTS = [DEBATE, RISKS];

/** What each group of sections reads; sections of one group do not wait for each other. */
const MODES: Readonly<Record<ResearchMode, readonly SectionSpec[]>> = {
  QUICK: [...reading([], VIEWS), ...reading(VIEWS, [SUMMARY])],
  STANDARD: [...reading([], FACTS), ...reading(FACTS, [SUMMARY])],
  DEEP: [
    ...reading([], FACTS),
    ...reading(FACTS, CASES),
    ...reading([...FACTS, ...CASES], JUDGEMENTS),
    ...reading([...FACTS, ...CASES, ...JUDGEMENTS], [SYNTHESIS]),
    ...reading([...VIEWS, RISKS, SYNTHESIS], [SUMMARY]),
  ],
};

function reading(before: readonly Writing[], sections: readonly Writing[]): SectionSpec[] {
  const after = before.map(({ name }) => name);
  return sections.map((section) => ({ ...section, after }));
}

/** The sections of a mode, each behind those that it reads. */
export function sectionsOf(mode: ResearchMode): readonly SectionSpec[] {
  return MODES[mode];
}
