/** Research runs, sections and events as rows. */
import { RESEARCH_MODES, SECTION_STATUSES } from '../../kernel/words';
import { type Estimate, RESEARCH_EVENTS, type ResearchEvent, type ResearchRun, type ResearchSection } from '../../research/run';
import type { SectionContent } from '../../research/sections/read-section';
import type { Run } from '../../runs/run';
import { parsedText } from '../spend-limits-text';
import { exactValue } from '../sql/exact-json';
import { big, type Row } from '../sql/row-values';
import { amount, count, countOrNull, text, textOrNull, wordIn } from '../sql/stored-values';

export const RESEARCH_COLUMNS = 'id, symbol, mode, quick_model, deep_model, estimate, report';
export const SECTION_COLUMNS =
  'id, run_id, name, title, model, status, tries, content, call_id, open_call_id, error, started_at, finished_at';
export const EVENT_COLUMNS = 'run_id, seq, at, kind, section_id, message, spent_rmb, spent_credit';

export function researchOf(row: Row, run: Run): ResearchRun {
  return {
    run,
    symbol: text(row, 'symbol'),
    mode: wordIn(RESEARCH_MODES, row, 'mode'),
    models: { quick: text(row, 'quick_model'), deep: text(row, 'deep_model') },
    estimate: exactValue(text(row, 'estimate')) as Estimate,
    report: textOrNull(row, 'report'),
  };
}

export function sectionOf(row: Row): ResearchSection {
  const content = textOrNull(row, 'content');
  return {
    id: text(row, 'id'),
    runId: text(row, 'run_id'),
    name: text(row, 'name'),
    title: text(row, 'title'),
    model: text(row, 'model'),
    status: wordIn(SECTION_STATUSES, row, 'status'),
    tries: count(row, 'tries'),
    content: content === null ? null : (parsedText(content, 'the content of a section') as SectionContent),
    callId: textOrNull(row, 'call_id'),
    openCallId: textOrNull(row, 'open_call_id'),
    error: textOrNull(row, 'error'),
    startedAt: countOrNull(row, 'started_at'),
    finishedAt: countOrNull(row, 'finished_at'),
  };
}

export function eventOf(row: Row): ResearchEvent {
  return {
    runId: text(row, 'run_id'),
    seq: big(row['seq']),
    at: count(row, 'at'),
    kind: wordIn(RESEARCH_EVENTS, row, 'kind'),
    sectionId: textOrNull(row, 'section_id'),
    message: textOrNull(row, 'message'),
    spent: { RMB: amount(row, 'spent_rmb'), CREDIT: amount(row, 'spent_credit') },
  };
}

type SectionChange = Partial<Omit<ResearchSection, 'id' | 'runId' | 'name' | 'title' | 'model'>>;

const COLUMN_OF: Readonly<Record<keyof SectionChange, string>> = {
  status: 'status',
  tries: 'tries',
  content: 'content',
  callId: 'call_id',
  openCallId: 'open_call_id',
  error: 'error',
  startedAt: 'started_at',
  finishedAt: 'finished_at',
};

/** The columns that a change of a section sets, with their values. */
export function columnsOfChange(change: SectionChange): { readonly column: string; readonly value: string | bigint | null }[] {
  const named = Object.entries(COLUMN_OF) as [keyof SectionChange, string][];
  return named.filter(([name]) => change[name] !== undefined).map(([name, column]) => ({ column, value: columnValue(change[name]) }));
}

function columnValue(value: SectionChange[keyof SectionChange]): string | bigint | null {
  if (value === null || value === undefined || typeof value === 'string') return value ?? null;
  return typeof value === 'number' ? BigInt(value) : JSON.stringify(value);
}
