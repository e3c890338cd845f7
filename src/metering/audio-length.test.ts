import { wav } from '../../test/support/audio';
import { countedMilliseconds, longestMilliseconds, saidMilliseconds, spokenTokens } from './audio-length';

const audio = (bytes: Buffer, size = bytes.length) => ({ head: bytes, bytes: size });

function changed(bytes: Buffer, change: (copy: Buffer) => void): Buffer {
  const copy = Buffer.from(bytes);
  change(copy);
  return copy;
}

/** The first frame of an MP3: 24 kHz, layer III of MPEG 2, 64 kbit/s. */
const MP3 = Buffer.concat([Buffer.from([0xff, 0xf3, 0x84, 0xc4]), Buffer.alloc(4_996)]);

describe('the length of audio', () => {
  it('of WAV is exact, and its bound is the next full second', () => {
    for (const ms of [1, 999, 1_000, 1_001, 61_234]) {
      expect(saidMilliseconds(audio(wav(ms)))).toBe(ms);
      expect(longestMilliseconds(audio(wav(ms)))).toBe(Math.ceil(ms / 1_000) * 1_000);
    }
  });

  it('of a WAV that is streamed, and says no length of its own, is that of its bytes', () => {
    const streamed = changed(wav(2_000), (copy) => copy.writeUInt32LE(0xffffffff, 40));
    expect(saidMilliseconds(audio(streamed))).toBe(2_000);
  });

  it('of a WAV that says no length at all is that of its bytes: what is streamed is not free', () => {
    expect(saidMilliseconds(audio(changed(wav(2_000), (copy) => copy.writeUInt32LE(0, 40))))).toBe(2_000);
  });

  it('of a WAV leaves out what stands behind its samples, and its bound does not', () => {
    const tagged = Buffer.concat([wav(2_000), Buffer.alloc(16_000)]);
    expect([saidMilliseconds(audio(tagged)), longestMilliseconds(audio(tagged))]).toEqual([2_000, 3_000]);
  });

  it('of a WAV is read behind other parts of its head, also those of odd sizes', () => {
    const part = Buffer.from('LIST\u0003\0\0\0abc\0', 'latin1');
    const bytes = Buffer.concat([wav(2_000).subarray(0, 12), part, wav(2_000).subarray(12)]);
    expect(saidMilliseconds(audio(bytes))).toBe(2_000);
  });

  it.each([
    ['of samples is exact', 1, 2_000],
    ['of anything else is not known', 0x11, undefined],
  ])('of a WAV in the extensible form %s', (_what, kind, expected) => {
    const whole = wav(2_000);
    const more = Buffer.alloc(24);
    more.writeUInt16LE(22, 0);
    more.writeUInt16LE(kind, 8);
    const bytes = Buffer.concat([whole.subarray(0, 36), more, whole.subarray(36)]);
    bytes.writeUInt32LE(40, 16);
    bytes.writeUInt16LE(0xfffe, 20);
    expect(saidMilliseconds(audio(bytes))).toBe(expected);
  });

  it.each<[string, (copy: Buffer) => void]>([
    ['is compressed', (copy) => copy.writeUInt16LE(0x11, 20)],
    ['says that it is faster than its samples', (copy) => copy.writeUInt16LE(3, 32)],
    ['has no samples', (copy) => copy.writeUInt32LE(0, 24)],
    ['has a second format before its data', (copy) => copy.write('fmt ', 36, 'latin1')],
    ['is cut within its head', (copy) => copy.write('LIST', 12, 'latin1')],
  ])('of a WAV that %s is bounded by its size alone', (_name, change) => {
    const odd = changed(wav(3_000), change);
    expect(saidMilliseconds(audio(odd))).toBeUndefined();
    expect(longestMilliseconds(audio(odd))).toBe(Math.ceil(odd.length / 750) * 1_000);
  });

  it('cannot be made shorter by the rate that the head claims', () => {
    expect(longestMilliseconds(audio(changed(wav(5_000), (copy) => copy.writeUInt32LE(4_000_000_000, 28))))).toBe(5_000);
  });

  it('of MP3 follows the bit rate of its first frame, behind a tag as well', () => {
    expect(saidMilliseconds(audio(MP3, 16_000))).toBe(2_000);
    const tag = Buffer.concat([Buffer.from('ID3'), Buffer.from([4, 0, 0, 0, 0, 1, 2]), Buffer.alloc(130)]);
    expect(saidMilliseconds(audio(Buffer.concat([tag, MP3]), 16_000))).toBe(2_000);
  });

  it.each([
    ['MPEG 1', [0xff, 0xfb, 0x94], 1_000],
    ['MPEG 2.5', [0xff, 0xe3, 0x84], 2_000],
    ['a frame without a rate', [0xff, 0xfb, 0x04], undefined],
    ['a frame with a rate that is none', [0xff, 0xfb, 0xf4], undefined],
    ['layer II', [0xff, 0xfd, 0x94], undefined],
    ['half a sync word', [0xff, 0x1b, 0x94], undefined],
    ['no sync word', [0xfe, 0xfb, 0x94], undefined],
  ])('of %s is what its rate says, or not known', (_what, head, expected) => {
    expect(saidMilliseconds(audio(Buffer.from([...head, 0]), 16_000))).toBe(expected);
  });

  it('of anything else is counted at 64 kbit/s, and of raw samples by their number', () => {
    expect(countedMilliseconds(audio(Buffer.from('OggS'), 80_000))).toBe(10_000);
    expect(countedMilliseconds(audio(Buffer.alloc(0), 48_000), true)).toBe(1_000);
  });

  it('is never counted above its bound, whatever the bytes are', () => {
    const rates = [0x14, 0x84, 0xe4].map((rate) => changed(MP3, (copy) => copy.writeUInt8(rate, 2)));
    for (const bytes of [wav(777), Buffer.alloc(0), Buffer.from('RIFF'), Buffer.alloc(9_999, 0xff), ...rates]) {
      expect(countedMilliseconds(audio(bytes))).toBeLessThanOrEqual(longestMilliseconds(audio(bytes)));
    }
  });

  it('is 1250 tokens a minute when it is spoken', () => {
    expect([spokenTokens(60_000), spokenTokens(1), spokenTokens(0)]).toEqual([1_250, 1, 0]);
  });
});
