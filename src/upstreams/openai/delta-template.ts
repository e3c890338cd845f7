/**
 * Most events of a stream differ from the one before in nothing but the piece of text that they carry. The template is
 * what they share: an event that fits it needs no parser to be understood, which was most of what an event cost.
 */
import { isRecord } from '../../kernel/record';
import { type JsonRecord, parseRecord, recordOf } from '../json';
import { finishReason } from './finish-reason';
import { outputTextOf } from './output-text';
import { usageIn } from './usage';

/** A JSON string's inside that stands for itself. */
const PLAIN = /^[^"\\\p{Cc}]*$/u;
const PROBE = 'tokens-forge-probe';
/** A provider whose events differ in more than their text is not tried for ever. */
const VAIN_TRIES_MAX = 4;

export class DeltaTemplate {
  private before: string | null = null;
  private after = '';
  private vainTries = 0;

  /** The text of an event that differs from the learnt one in its text alone; undefined: it has to be parsed. */
  textOf(data: string): string | undefined {
    const { before, after } = this;
    if (before === null || data.length < before.length + after.length) return undefined;
    // Compared as pieces: `startsWith` goes character by character, and took as long as parsing.
    if (data.slice(0, before.length) !== before || data.slice(data.length - after.length) !== after) return undefined;
    const text = data.slice(before.length, data.length - after.length);
    if (!PLAIN.test(text)) return undefined;
    this.vainTries = 0;
    return text;
  }

  /** Takes the event that was parsed last. Only one that adds text to an open choice, and does nothing else, is a template. */
  learn(data: string, chunk: JsonRecord): void {
    this.before = null;
    if (this.vainTries >= VAIN_TRIES_MAX) return;
    const content = onlyContentOf(chunk);
    if (content === undefined) return;
    this.vainTries += 1;
    const quoted = JSON.stringify(content);
    const at = data.lastIndexOf(quoted);
    if (at < 0) return;
    const before = data.slice(0, at + 1);
    const after = data.slice(at + quoted.length - 1);
    const probe = parseRecord(before + PROBE + after);
    if (probe === undefined || onlyContentOf(probe) !== PROBE) return;
    this.before = before;
    this.after = after;
  }
}

/** The content of a chunk that carries nothing else that counts: one open choice, no usage, no other text. */
function onlyContentOf(chunk: JsonRecord): string | undefined {
  const { choices, error } = chunk;
  if ((usageIn(chunk) ?? null) !== null || error !== undefined) return undefined;
  if (!Array.isArray(choices) || choices.length !== 1 || !isRecord(choices[0])) return undefined;
  const { delta, finish_reason: reason } = choices[0];
  const { content } = recordOf(delta);
  if (typeof content !== 'string' || finishReason(reason) !== null || outputTextOf(delta) !== content) return undefined;
  return content;
}
