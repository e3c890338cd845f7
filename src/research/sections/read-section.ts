/** From the text that a model answered to the content of a section, or to what is wrong with it. */
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { jsonOf } from '../../kernel/record';
import type { SectionSpec } from './section';
import { SECTION_SCHEMAS } from './section-schemas';

/** JSON that the schema of its section accepts. */
export type SectionContent = Readonly<Record<string, unknown>>;

export type SectionReading = { readonly ok: true; readonly content: SectionContent } | { readonly ok: false; readonly problem: string };

/** Beyond it no section is useful, and a report of it would not be readable. */
const ANSWER_MAX = 200_000;
const SHOWN_MAX = 120;
/** Where models that think within their answer end that. */
const THOUGHT = '</think>';

const ajv = new Ajv({ strict: true });
const validators = new Map<string, ValidateFunction>();

/**
 * Accepts what the schema of the section accepts, and nothing else. Whatever stands around it is passed over (a code fence, thoughts in front,
 * a greeting, a note): the answer is paid for, and asked for again it would be paid for twice. The problem is one line.
 */
export function readSection(spec: Pick<SectionSpec, 'name'>, answerText: string): SectionReading {
  const validate = validatorOf(spec.name);
  if (validate === undefined) return { ok: false, problem: `there is no section "${spec.name}"` };
  if (answerText.length > ANSWER_MAX) return { ok: false, problem: `the answer has more than ${ANSWER_MAX} characters` };
  const value = sectionIn(answerText.trim());
  if (value === undefined) return { ok: false, problem: problemOfText(answerText.trim()) };
  if (!validate(value)) return { ok: false, problem: problemOf(validate.errors?.[0]) };
  const content = value as SectionContent;
  if (typeof content['summary'] === 'string' && content['summary'].trim() === '') return { ok: false, problem: 'summary is empty' };
  return { ok: true, content };
}

/** Compiled at the first use, and not at every start of a gateway. */
function validatorOf(name: string): ValidateFunction | undefined {
  const schema = SECTION_SCHEMAS[name];
  if (schema === undefined) return undefined;
  const known = validators.get(name) ?? ajv.compile(schema);
  validators.set(name, known);
  return known;
}

/** The first of these that is JSON: the whole answer, and what stands from the first brace to the last one behind its thoughts. */
function sectionIn(text: string): unknown {
  const said = text.slice(text.includes(THOUGHT) ? text.lastIndexOf(THOUGHT) + THOUGHT.length : 0);
  return jsonOf(text) ?? jsonOf(said.slice(said.indexOf('{'), said.lastIndexOf('}') + 1));
}

function problemOfText(text: string): string {
  if (text === '') return 'the answer is empty';
  if (text.startsWith('{') && !text.endsWith('}')) return 'the answer is JSON that was cut off';
  // Its first words say why: a model that refuses says so.
  return oneLine(`the answer is not JSON: ${text}`);
}

function problemOf(error: ErrorObject | undefined): string {
  if (error === undefined) return 'the answer does not fit its schema';
  const place = error.instancePath === '' ? 'the answer' : error.instancePath.slice(1).replaceAll('/', '.');
  const extra = error.params['additionalProperty'];
  const allowed = error.params['allowedValues'];
  const detail = typeof extra === 'string' ? `: ${JSON.stringify(extra)}` : Array.isArray(allowed) ? `: ${allowed.join(', ')}` : '';
  return oneLine(`${place} ${error.message ?? 'does not fit its schema'}${detail}`);
}

function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > SHOWN_MAX ? `${line.slice(0, SHOWN_MAX)}…` : line;
}
