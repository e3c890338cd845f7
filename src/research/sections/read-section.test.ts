import { fc } from '../../../test/support/properties';
import { answerOf } from '../../../test/support/section-answers';
import { readSection, type SectionContent } from './read-section';
import type { JsonSchema } from './schema-kinds';
import { sectionsOf } from './section';
import { SECTION_SCHEMAS } from './section-schemas';

const SECTIONS = sectionsOf('DEEP');
const anySection = fc.constantFrom(...SECTIONS);

/** What the few kinds of our schemas mean, said once more and without a library. */
function fits(schema: JsonSchema, value: unknown): boolean {
  if (Array.isArray(schema['enum'])) return schema['enum'].includes(value);
  switch (schema['type']) {
    case 'object': {
      if (!isObject(value)) return false;
      const properties = schema['properties'] as Record<string, JsonSchema>;
      const names = Object.keys(value);
      const complete = Object.keys(properties).every((name) => Object.hasOwn(value, name));
      return (
        complete && names.every((name) => Object.hasOwn(properties, name) && fits(properties[name] ?? {}, (value as SectionContent)[name]))
      );
    }
    case 'array':
      return Array.isArray(value) && value.every((item) => fits(schema['items'] as JsonSchema, item));
    default:
      return typeof value === schema['type'];
  }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value);

const isBlank = (value: unknown) => isObject(value) && /^\s*$/.test(String((value as SectionContent)['summary']));

/** Puts something else into one place of a value, or takes it out. */
function changed(value: unknown, path: readonly number[], other: unknown): unknown {
  if (typeof value !== 'object' || value === null || path.length === 0) return other;
  const names = Object.keys(value);
  const name = names[(path[0] ?? 0) % names.length] ?? '';
  const inner = changed((value as SectionContent)[name], path.slice(1), other);
  if (Array.isArray(value)) return value.map((item, index) => (`${index}` === name ? inner : item));
  const { [name]: _gone, ...rest } = value as Record<string, unknown>;
  return inner === undefined ? rest : { ...rest, [name]: inner };
}

interface Mutation {
  readonly spec: { readonly name: string };
  readonly path: readonly number[];
  readonly other: unknown;
  readonly extra: string | undefined;
}

function readsAsTheSchemaSays({ spec, path, other, extra }: Mutation): void {
  const value = changed(answerOf(spec.name), path, other) ?? null;
  const text = JSON.stringify(extra !== undefined && isObject(value) ? { ...value, [extra]: 1 } : value);
  const parsed: unknown = JSON.parse(text);
  const read = readSection(spec, text);
  expect(read.ok).toBe(fits(SECTION_SCHEMAS[spec.name] ?? {}, parsed) && !isBlank(parsed));
  expect(read.ok ? read.content : parsed).toEqual(parsed);
  expect(read.ok ? 'fits' : read.problem).toMatch(/^[^\n]{1,160}$/);
}

describe('reading a section', () => {
  it.each(SECTIONS.map(({ name }) => name))('accepts what fits the schema of %s, bare and in a code fence', (name) => {
    const content = answerOf(name);
    const text = JSON.stringify(content);
    expect(readSection({ name }, text)).toEqual({ ok: true, content });
    expect(readSection({ name }, `\n\`\`\`json\n${text}\n\`\`\`\n`)).toEqual({ ok: true, content });
  });

  it.each([
    ['a greeting and a note', (text: string) => `Here is the section:\n\n\`\`\`json\n${text}\n\`\`\`\n\nNot financial advice.`],
    ['a fence in capitals', (text: string) => `\`\`\`JSON\n${text}\n\`\`\``],
    ['a note behind it', (text: string) => `${text}\n\nTell me if you need more.`],
    ['thoughts in front of it', (text: string) => `<think>\nThey want {"summary": …}.\n</think>\n\n${text}`],
    ['thoughts whose beginning was kept back', (text: string) => `They want {"summary": …}.\n</think>\n${text}`],
  ])('passes over %s: the answer is paid for', (_what, around) => {
    const content = { ...answerOf('summary'), headline: 'Of <think>, </think> and `{}`.' };
    expect(readSection({ name: 'summary' }, around(JSON.stringify(answerOf('summary'))))).toEqual({
      ok: true,
      content: answerOf('summary'),
    });
    expect(readSection({ name: 'summary' }, JSON.stringify(content))).toEqual({ ok: true, content });
  });

  it('never accepts what the schema refuses, and says what is wrong in one line', () => {
    const cases = fc.record({
      spec: anySection,
      path: fc.array(fc.nat(12), { maxLength: 4 }),
      other: fc.oneof(fc.constant(undefined), fc.jsonValue({ maxDepth: 2 })),
      extra: fc.option(fc.string(), { nil: undefined, freq: 4 }),
    });
    fc.assert(fc.property(cases, readsAsTheSchemaSays), { numRuns: 2_000 });
  });

  it('never throws, whatever text comes', () => {
    fc.assert(
      fc.property(anySection, fc.string({ maxLength: 80 }), (spec, text) => {
        expect(readSection(spec, text).ok).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['', 'the answer is empty'],
    ['I cannot\n give advice.', 'the answer is not JSON: I cannot give advice.'],
    ['No. '.repeat(100), `the answer is not JSON: ${'No. '.repeat(24)}…`],
    ['{"headline":"a","summ', 'the answer is JSON that was cut off'],
    ['[]', 'the answer must be object'],
    [JSON.stringify({ ...answerOf('summary'), summary: ' ' }), 'summary is empty'],
    [JSON.stringify({ ...answerOf('summary'), headline: 7 }), 'headline must be string'],
    [JSON.stringify({ ...answerOf('summary'), advice: 'buy' }), 'the answer must NOT have additional properties: "advice"'],
    [JSON.stringify({ ...answerOf('summary'), key_points: [1] }), 'key_points.0 must be string'],
  ])('says of %p: %s', (text, problem) => {
    expect(readSection({ name: 'summary' }, text)).toEqual({ ok: false, problem });
  });

  it('reads an answer of empty lines once, as many as there are', () => {
    const text = `\`\`\`json\n${'\n'.repeat(190_000)}x`;
    expect(readSection({ name: 'summary' }, text)).toEqual({ ok: false, problem: 'the answer is not JSON: ```json x' });
  });

  it('refuses an answer that no reader could read', () => {
    expect(readSection({ name: 'summary' }, ' '.repeat(200_001)).ok).toBe(false);
  });
});
