/** The content of a section as people read it: Markdown without a heading. */
import { invariant } from '../../kernel/invariant';
import { inline, paragraphs, table } from '../report/plain-markdown';
import type { SectionContent } from './read-section';
import type { JsonSchema } from './schema-kinds';
import type { SectionSpec } from './section';
import { SECTION_SCHEMAS } from './section-schemas';

type Properties = Readonly<Record<string, JsonSchema>>;

/** Lists whose entries are short enough for a row each. */
const TABLES = new Set(['signals', 'levels']);
const PARAGRAPHS = new Set(['summary', 'data_quality', 'limits']);

/** Where the name of a member is a word for programs. */
const LABELS: Readonly<Record<string, string>> = {
  items: 'What was reported',
  would_change: 'What would change this case',
  open: 'What the data cannot decide',
  early_sign: 'First sign',
  watch: 'What to watch',
};

/** @param content what `readSection` accepted for the same section */
export function sectionMarkdown(spec: Pick<SectionSpec, 'name'>, content: SectionContent): string {
  const schema = SECTION_SCHEMAS[spec.name];
  invariant(schema !== undefined, 'a section has a schema');
  return Object.entries(propertiesOf(schema))
    .map(([name, property]) => partMarkdown(name, property, content[name]))
    .filter((part) => part !== '')
    .join('\n\n');
}

function partMarkdown(name: string, schema: JsonSchema, value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? '' : `**${label(name)}**\n\n${listMarkdown(name, schema, value)}`;
  if (typeof value === 'boolean') return value ? '' : '*The data has nothing for this section.*';
  if (name === 'headline') return `**${inline(String(value))}**`;
  if (name === 'summary') return paragraphs(String(value));
  return PARAGRAPHS.has(name) ? `**${label(name)}.** ${inline(String(value))}` : `**${label(name)}:** ${inline(String(value))}`;
}

function listMarkdown(name: string, schema: JsonSchema, items: readonly unknown[]): string {
  const properties = propertiesOf(schema['items'] as JsonSchema);
  const columns = Object.keys(properties);
  if (columns.length === 0) return items.map((item) => `- ${inline(String(item))}`).join('\n');
  const rows = items.map((item) => columns.map((column) => inline(String((item as SectionContent)[column]))));
  if (TABLES.has(name)) return table(columns.map(label), rows);
  return rows.map((cells) => entryMarkdown(columns, cells)).join('\n');
}

/** The first member stands for the whole entry, the others below it. */
function entryMarkdown(columns: readonly string[], [first = '', ...rest]: readonly string[]): string {
  return [`- **${first.replaceAll('*', '\\*')}**`, ...rest.map((cell, index) => `  - ${label(columns[index + 1] ?? '')}: ${cell}`)].join(
    '\n',
  );
}

function propertiesOf(schema: JsonSchema): Properties {
  return (schema['properties'] ?? {}) as Properties;
}

function label(name: string): string {
  const written = LABELS[name];
  if (written !== undefined) return written;
  const words = name.replaceAll('_', ' ');
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`;
}
