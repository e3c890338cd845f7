/** The progress of a run in text: a picture that is drawn anew, or a line for each event. */
import type { SectionStatus } from '../../kernel/words';
import { amountsText } from './amounts';
import { oneLine, plain } from './plain';
import type { EventView, RunView, SectionView } from './queries';

const SIGNS: Readonly<Record<SectionStatus, string>> = {
  ...{ PENDING: '·', RUNNING: '▸', RETRYING: '↻', COMPLETED: '✓', FAILED: '✗', SKIPPED: '–' },
};
const COLOURS: Readonly<Record<SectionStatus, number>> = { PENDING: 2, RUNNING: 36, RETRYING: 33, COMPLETED: 32, FAILED: 31, SKIPPED: 2 };
const RESET = '\u001b[0m';

/** The run as far as its events say. */
export interface Standing {
  readonly run: Pick<RunView, 'id' | 'symbol' | 'mode' | 'spent' | 'left'>;
  readonly sections: readonly SectionView[];
  /** What happened last, in words. */
  readonly note: string;
}

/** The standing after an event. */
export function standingAfter({ run, sections }: Standing, event: EventView): Standing {
  const { section } = event;
  return {
    run: { ...run, spent: event.spent, left: event.left },
    sections: sections.map((each) => (each.name === section?.name ? section : each)),
    note: noteOf(event),
  };
}

/** Lines for a terminal that is `columns` wide. */
export function picture({ run, sections, note }: Standing, columns: number): string[] {
  const widest = Math.max(...sections.map(({ title }) => title.length));
  const done = sections.filter(({ status }) => status === 'COMPLETED').length;
  const lines = sections.map(({ title, status, tries, charge }) => {
    const facts = [status.toLowerCase(), tries > 1 ? `${tries} tries` : '', /[1-9]/.test(amountsText(charge)) ? amountsText(charge) : ''];
    return {
      sign: SIGNS[status],
      colour: COLOURS[status],
      text: `${title.padEnd(widest)}  ${facts.filter((fact) => fact !== '').join(', ')}`,
    };
  });
  return [
    cut(`${run.symbol} ${run.mode}  ${done}/${sections.length}  spent ${amountsText(run.spent)}, left ${amountsText(run.left)}`, columns),
    ...lines.map(({ sign, colour, text }) => `\u001b[${colour}m${sign}${RESET} ${cut(text, columns - 2)}`),
    cut(note, columns),
  ];
}

/** One line, without colours: for files and pipes. */
export function eventLine(event: EventView): string {
  return `${event.at.slice(11, 19)} ${noteOf(event)} · spent ${amountsText(event.spent)}, left ${amountsText(event.left)}`;
}

function noteOf({ kind, message, section }: EventView): string {
  const what = section === null ? 'Run' : section.title;
  const word = kind
    .toLowerCase()
    .replace(/^(run|section)_/, '')
    .replaceAll('_', ' ');
  return `${what}: ${word}${message === null ? '' : ` (${oneLine(message)})`}`;
}

function cut(given: string, columns: number): string {
  const text = plain(given);
  return text.length <= columns ? text : `${text.slice(0, Math.max(1, columns - 1))}…`;
}
