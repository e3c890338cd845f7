/** Reads a transcription that comes whole: JSON, or subtitles and bare text, which say nothing of their usage. */
import type { Channel } from '../../routing/catalog';
import type { Ending } from '../http-exchange';
import { type JsonRecord, parseRecord } from '../json';
import { type AnswerKeeper, type Understood, WholeAnswerReader } from '../whole-answer';

const PLAIN = 'text/plain; charset=utf-8';
/** What subtitles may be called, and what the client is told then. */
const SUBTITLES = /^(text\/vtt|application\/x-subrip)\b/i;
const TEXT = /^text\/plain\b/i;
const PLAIN_FORMATS: ReadonlySet<unknown> = new Set(['text', 'srt', 'vtt']);

export class TranscriptReader extends WholeAnswerReader {
  private contentType: string | undefined;

  constructor(
    channel: Channel,
    keeper: AnswerKeeper,
    understands: (json: JsonRecord) => Understood | undefined,
    private readonly format: unknown,
  ) {
    super(channel, keeper, understands);
  }

  override begin(contentType: string | undefined): void {
    this.contentType = contentType;
  }

  override end(lost: boolean): Ending | undefined {
    const text = lost ? undefined : this.text();
    if (text !== undefined && this.isPlain(text)) return this.plain(text);
    const ending = super.end(lost);
    if (this.format !== 'text' || ending?.ok !== true) return ending;
    return { ok: true, answer: { kind: 'whole', text: `${this.known.outputText}\n`, contentType: PLAIN } };
  }

  /** JSON is JSON, whatever it is called: an error may be. */
  private isPlain(text: string): boolean {
    const { contentType = 'text/plain' } = this;
    if (!PLAIN_FORMATS.has(this.format) || text.trim() === '') return false;
    return (TEXT.test(contentType) || SUBTITLES.test(contentType)) && parseRecord(text) === undefined;
  }

  private plain(text: string): Ending {
    const milliseconds = lastInstant(text);
    const outputText = this.format === 'text' ? text.trim() : spokenLines(text);
    this.known = { reportedModel: null, usage: undefined, outputText, ...(milliseconds > 0 && { classes: { milliseconds } }) };
    const [subtitles] = SUBTITLES.exec(this.contentType ?? '') ?? [];
    const contentType = subtitles === undefined ? PLAIN : `${subtitles.toLowerCase()}; charset=utf-8`;
    return { ok: true, answer: { kind: 'whole', text, contentType } };
  }
}

const CUE = /(?:(\d{1,3}):)?(\d{2}):(\d{2})[.,](\d{3})/g;

/** When the last line of subtitles ends: at least so long it was listened to. */
function lastInstant(text: string): number {
  let last = 0;
  for (const [, hours = '0', minutes = '0', seconds = '0', thousandths = '0'] of text.matchAll(CUE)) {
    const whole = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
    last = Math.max(last, whole * 1_000 + Number(thousandths));
  }
  return last;
}

function spokenLines(text: string): string {
  const lines = text.split(/\r?\n/).filter((line) => !line.includes('-->') && !/^(WEBVTT|\d+)\s*$/.test(line));
  return lines.join('\n').trim();
}
