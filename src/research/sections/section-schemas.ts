/** What each section answers with. The order of properties is the order in which they are written and printed. */
import { choice, flag, type JsonSchema, list, number, object, text } from './schema-kinds';

const AVAILABLE = flag('false when the data given has nothing to say here: then the texts say so, and the lists are empty');
const strength = choice('how much the evidence carries', 'strong', 'moderate', 'weak');
const grade = (what: string) => choice(what, 'low', 'medium', 'high');

const claims = list(
  'the arguments, strongest first',
  object({
    claim: text('one sentence'),
    evidence: text('the figures or news of the data given that it rests on'),
    strength,
  }),
);

function caseSchema(side: string): JsonSchema {
  return object({
    summary: text(`the ${side} case in a short paragraph`),
    arguments: claims,
    assumptions: list('what must hold for it', text('one sentence')),
    would_change: list('what would prove it wrong', text('one sentence')),
  });
}

export const SECTION_SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  market_snapshot: object({
    summary: text('where the price stands, in a short paragraph'),
    observations: list('three to six facts of price, volume and range', text('one sentence with its figures')),
    data_quality: text('what the notices of the data mean for this report, in one or two sentences'),
  }),
  technical_view: object({
    summary: text('what the indicators say together, in a short paragraph'),
    stance: choice('the lean of the indicators', 'bullish', 'neutral', 'bearish', 'unclear'),
    signals: list(
      'one for each indicator that is used',
      object({ indicator: text('its name'), reading: text('its value, as given'), meaning: text('one sentence') }),
    ),
    levels: list(
      'prices of interest that follow from the data',
      object({ price: number('a price'), kind: choice('which side', 'support', 'resistance'), why: text('one sentence') }),
    ),
    limits: text('what the indicators cannot tell here'),
  }),
  fundamentals: object({
    available: AVAILABLE,
    summary: text('a short paragraph'),
    strengths: list('what speaks for the business', text('one sentence with its figures')),
    weaknesses: list('what speaks against it', text('one sentence with its figures')),
    missing: list('figures that a reader would want and that were not given', text('a figure')),
  }),
  news: object({
    available: AVAILABLE,
    summary: text('a short paragraph'),
    items: list(
      'the news that matter, newest first',
      object({
        headline: text('as given'),
        date: text('as given'),
        reading: text('what it may mean, one sentence'),
        tone: choice('for the price', 'positive', 'neutral', 'negative'),
      }),
    ),
    missing: list('what the news given leave open', text('one sentence')),
  }),
  bull_case: caseSchema('bull'),
  bear_case: caseSchema('bear'),
  debate: object({
    summary: text('how the two cases stand against each other, in a short paragraph'),
    points: list(
      'the points on which they disagree',
      object({
        point: text('a few words'),
        bull: text('one sentence'),
        bear: text('one sentence'),
        stronger: choice('whose evidence is better', 'bull', 'bear', 'even'),
      }),
    ),
    open: list('what the data given cannot decide', text('one sentence')),
  }),
  risk_review: object({
    summary: text('a short paragraph'),
    risks: list(
      'the heaviest first',
      object({
        risk: text('one sentence'),
        likelihood: grade('how likely'),
        impact: grade('how heavy'),
        early_sign: text('what would show it first'),
      }),
    ),
    blind_spots: list('what this report cannot see', text('one sentence')),
  }),
  synthesis: object({
    summary: text('what follows from all sections, in two or three short paragraphs'),
    scenarios: list(
      'two to four ways in which it may go on',
      object({ name: text('a few words'), conditions: text('what it takes'), watch: text('what to watch') }),
    ),
    confidence: grade('how well the data carries the synthesis'),
    assumptions: list('what it rests on', text('one sentence')),
    limits: list('where it may be wrong', text('one sentence')),
  }),
  summary: object({
    headline: text('one sentence'),
    summary: text('a short paragraph for somebody who reads nothing else'),
    key_points: list('three to five', text('one sentence')),
    open_questions: list('what remains to be found out', text('one sentence')),
  }),
};
