import { fc } from '../../test/support/properties';
import { Utf8Stream } from './utf8-stream';

function decodeInPieces(bytes: Buffer, cuts: readonly number[]): string[] {
  const stream = new Utf8Stream();
  const borders = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return borders.slice(1).map((end, at) => stream.decode(bytes.subarray(borders[at], end)));
}

describe('Utf8Stream', () => {
  it('gives the whole text, wherever the bytes are cut', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.array(fc.nat()), (text, cuts) => {
        expect(decodeInPieces(Buffer.from(text), cuts).join('')).toBe(text);
      }),
    );
  });

  it.each([
    ['a byte that never occurs', [0x61, 0xff]],
    ['a continuation without a start', [0x80, 0x61]],
    ['a start that is not continued', [0xe2, 0x61]],
    ['half of a surrogate pair', [0xed, 0xa0, 0x80, 0x61]],
  ])('is broken by %s, and keeps the lines before it', (_name, bytes) => {
    const stream = new Utf8Stream();
    expect(stream.decode(Buffer.from([...Buffer.from('é\nb'), ...bytes, ...Buffer.from('\nc\n')]))).toBe('é\n');
    expect(stream.broken).toBe(true);
  });

  it('keeps a half character until the rest comes', () => {
    const stream = new Utf8Stream();
    expect(stream.decode(Buffer.from([0x61, 0xe2, 0x82]))).toBe('a');
    expect(stream.decode(Buffer.from([0xac]))).toBe('€');
  });
});
