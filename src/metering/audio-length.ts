/**
 * How long audio lasts, from its first bytes and its size. Before it is heard only a bound is certain: an uncompressed WAV says
 * exactly how many bytes make a second, and nothing else that a provider takes is below 6 kbit/s for long. Where a provider does
 * not say afterwards how long it was, the length is counted here: exactly for WAV and raw samples, by the bit rate of the first
 * frame for MP3, and at 64 kbit/s for everything else.
 */
import { MINUTE_MS } from '../kernel/times';

/** 6 kbit/s: the least at which speech is encoded. */
const LEAST_BYTES_PER_SECOND = 750;
const USUAL_BYTES_PER_SECOND = 8_000;
/** Raw samples of a provider: 24 kHz, 16 bits, one channel. */
const RAW_BYTES_PER_SECOND = 48_000;
/** What OpenAI's own estimate of a minute of speech comes to in tokens of audio. */
const TOKENS_PER_MINUTE = 1_250;
const SECOND_MS = 1_000;

export interface AudioBytes {
  /** The first bytes, at least a kilobyte where there are as many. */
  readonly head: Buffer;
  /** Of the whole audio. */
  readonly bytes: number;
}

/** An upper bound in milliseconds, up to the full second that providers round to. */
export function longestMilliseconds({ head, bytes }: AudioBytes): number {
  const wave = waveIn(head);
  const seconds = wave === undefined ? bytes / LEAST_BYTES_PER_SECOND : (bytes - wave.dataAt) / wave.bytesPerSecond;
  return Math.max(1, Math.ceil(seconds)) * SECOND_MS;
}

/** As it is counted here, in whole milliseconds; undefined where the bytes do not say. */
export function saidMilliseconds({ head, bytes }: AudioBytes): number | undefined {
  const wave = waveIn(head);
  if (wave !== undefined) return millisecondsOf(Math.min(bytes - wave.dataAt, wave.dataBytes), wave.bytesPerSecond);
  const bytesPerSecond = mp3BytesPerSecond(head);
  return bytesPerSecond === undefined ? undefined : millisecondsOf(bytes, bytesPerSecond);
}

/** As it is counted here, at the usual rate where the bytes do not say. `raw`: samples without a header. */
export function countedMilliseconds(audio: AudioBytes, raw = false): number {
  if (raw) return millisecondsOf(audio.bytes, RAW_BYTES_PER_SECOND);
  return saidMilliseconds(audio) ?? millisecondsOf(audio.bytes, USUAL_BYTES_PER_SECOND);
}

/** Tokens of spoken audio, where no provider counted them. */
export function spokenTokens(milliseconds: number): number {
  return Math.ceil((milliseconds * TOKENS_PER_MINUTE) / MINUTE_MS);
}

function millisecondsOf(bytes: number, bytesPerSecond: number): number {
  return Math.max(0, Math.round((bytes * SECOND_MS) / bytesPerSecond));
}

interface Wave {
  readonly bytesPerSecond: number;
  /** As the header says; what is streamed says no real number. */
  readonly dataBytes: number;
  readonly dataAt: number;
}

const SAMPLES = new Set([1, 3]);
const EXTENSIBLE = 0xfffe;
const CHUNK_HEAD = 8;
const FORMAT_BYTES = 16;
const UNKNOWN_SIZE = 0xffffffff;

/** Uncompressed WAV with one format before its data; anything else says nothing that could be relied on. */
function waveIn(head: Buffer): Wave | undefined {
  if (head.toString('latin1', 0, 4) !== 'RIFF' || head.toString('latin1', 8, 12) !== 'WAVE') return undefined;
  const formats: number[] = [];
  for (let at = 12; at + CHUNK_HEAD <= head.length; ) {
    const name = head.toString('latin1', at, at + 4);
    const size = head.readUInt32LE(at + 4);
    const from = at + CHUNK_HEAD;
    if (name === 'data') return waveOf(formats, size, from);
    if (name === 'fmt ') formats.push(rateOf(head, from, size));
    at = from + size + (size % 2);
  }
  return undefined;
}

function waveOf(formats: readonly number[], size: number, dataAt: number): Wave | undefined {
  const [bytesPerSecond = 0, ...others] = formats;
  if (others.length > 0 || bytesPerSecond < LEAST_BYTES_PER_SECOND) return undefined;
  return { bytesPerSecond, dataBytes: size === 0 || size === UNKNOWN_SIZE ? Number.POSITIVE_INFINITY : size, dataAt };
}

/** From what a decoder plays by, not from the rate that the header claims beside it; 0 for what is compressed or not as it should be. */
function rateOf(head: Buffer, at: number, size: number): number {
  if (at + FORMAT_BYTES > head.length) return 0;
  const format = head.readUInt16LE(at);
  const hasSubFormat = format === EXTENSIBLE && size >= FORMAT_BYTES + 10 && at + FORMAT_BYTES + 10 <= head.length;
  const kind = hasSubFormat ? head.readUInt16LE(at + FORMAT_BYTES + 8) : format;
  const frame = head.readUInt16LE(at + 2) * (head.readUInt16LE(at + 14) / 8);
  const isPlain = SAMPLES.has(kind) && head.readUInt16LE(at + 12) === frame;
  return isPlain ? frame * head.readUInt32LE(at + 4) : 0;
}

/** kbit/s of layer III, by index: MPEG 1, and MPEG 2 and 2.5. */
const MPEG_1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const MPEG_2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const TAG_HEAD = 10;
const BYTES_PER_KILOBIT = 125;

function mp3BytesPerSecond(head: Buffer): number | undefined {
  const at = head.toString('latin1', 0, 3) === 'ID3' ? TAG_HEAD + tagSize(head) : 0;
  if (at + 4 > head.length || head.readUInt8(at) !== 0xff) return undefined;
  const second = head.readUInt8(at + 1);
  // All bits of the sync word, and layer III.
  if ((second & 0b1110_0110) !== 0b1110_0010) return undefined;
  const rates = (second & 0b0001_1000) === 0b0001_1000 ? MPEG_1 : MPEG_2;
  const kilobits = rates[head.readUInt8(at + 2) >> 4];
  return kilobits === undefined || kilobits === 0 ? undefined : kilobits * BYTES_PER_KILOBIT;
}

/** Seven bits in each of four bytes. */
function tagSize(head: Buffer): number {
  if (head.length < TAG_HEAD) return head.length;
  return [6, 7, 8, 9].reduce((sum, at) => sum * 128 + (head.readUInt8(at) & 0x7f), 0);
}
