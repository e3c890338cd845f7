/** Answers that fit the schema of a section, and parts of a report around them. */
import { nano } from '../../src/kernel/money';
import type { Bar } from '../../src/research/bar';
import { makeBriefing } from '../../src/research/make-briefing';
import type { Briefing, MarketRecord } from '../../src/research/market-data';
import { dataCheckOf } from '../../src/research/report/not-in-data-markdown';
import type { ReportInput } from '../../src/research/report/report-input';
import type { SectionContent } from '../../src/research/sections/read-section';
import type { JsonSchema } from '../../src/research/sections/schema-kinds';
import { sectionsOf } from '../../src/research/sections/section';
import { SECTION_SCHEMAS } from '../../src/research/sections/section-schemas';

/** Every text of it is `text`; every list has one entry. */
export function answerOf(section: string, text = 'as the data says'): SectionContent {
  return valueOf(SECTION_SCHEMAS[section] ?? {}, text) as SectionContent;
}

function valueOf(schema: JsonSchema, text: string): unknown {
  if (Array.isArray(schema['enum'])) return schema['enum'][0];
  switch (schema['type']) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema['properties'] as Record<string, JsonSchema>).map(([name, each]) => [name, valueOf(each, text)]),
      );
    case 'array':
      return [valueOf(schema['items'] as JsonSchema, text)];
    case 'number':
      return 12.5;
    case 'boolean':
      return true;
    default:
      return text;
  }
}

/** Rising days from the first of January 2026, each a little above the one before. */
export function risingBars(count: number): Bar[] {
  return Array.from({ length: count }, (_, index) => {
    const date = new Date(Date.UTC(2026, 0, 1 + index)).toISOString().slice(0, 10);
    const close = 100 + index;
    return { date, open: close - 0.5, high: close + 1, low: close - 1, close, volume: 1_000 + index };
  });
}

export function briefingWith(changes: Partial<MarketRecord> = {}): Briefing {
  const record = {
    ...{ symbol: 'ACME', name: 'Acme Inc.', currency: 'USD', provider: 'csv', synthetic: false, bars: risingBars(260) },
    ...{ fundamentals: [{ label: 'Revenue', value: '4.1 billion', period: '2025' }], troubles: [] },
    news: [{ date: '2026-09-01', headline: 'Acme opens', publisher: 'Wire', url: 'https://news.example/acme', excerpt: null }],
    ...changes,
  };
  const briefing = makeBriefing(record, Date.UTC(2026, 8, 18));
  if (briefing === null) throw new Error('a briefing needs bars');
  return briefing;
}

const usage = {
  inputTokens: 900,
  cachedInputTokens: 100,
  cacheWriteTokens: 0,
  outputTokens: 300,
  reasoningTokens: 0,
  source: 'PROVIDER',
} as const;

/** A finished run of the mode DEEP in which every text is the same. */
export function reportWith(text: string, changes: Partial<Omit<ReportInput, 'check'>> = {}): ReportInput {
  const charge = (units: bigint) => [{ bucket: 'RMB', amount: nano(units) } as const];
  const input: Omit<ReportInput, 'check'> = {
    run: {
      ...{ id: '01990000-0000-7000-8000-000000000001', symbol: 'ACME', mode: 'DEEP', status: 'COMPLETED', statusReason: null },
      ...{ createdAt: Date.UTC(2026, 8, 18, 9), startedAt: Date.UTC(2026, 8, 18, 9, 1), finishedAt: Date.UTC(2026, 8, 18, 9, 4) },
    },
    briefing: briefingWith(),
    sections: sectionsOf('DEEP').map((spec, index) => ({
      ...{ spec, status: 'COMPLETED', model: 'gpt-5-mini', tries: 1, charge: charge(1_500_000n * BigInt(index + 1)) },
      ...{ content: answerOf(spec.name, text), error: null },
    })),
    receipt: {
      ...{
        requests: 11,
        attempts: 13,
        failedAttempts: 2,
        fallbacks: 1,
        retriedSections: 1,
        usage,
        charges: charge(82_500_000n),
        refunds: charge(0n),
        retryCost: charge(0n),
      },
      byModel: [{ model: 'gpt-5-mini', bucket: 'RMB', requests: 11, charge: nano(82_500_000n) }],
    },
    estimate: { expected: charge(80_000_000n), ceiling: charge(250_000_000n) },
    ...changes,
  };
  return { ...input, check: dataCheckOf(input) };
}
