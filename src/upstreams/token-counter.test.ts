import { SLACK_MS } from '../../test/support/eventually';
import { fc } from '../../test/support/properties';
import { createTokenCounter } from './token-counter';

describe('createTokenCounter', () => {
  const counter = createTokenCounter();

  it('counts common text by the vocabulary', () => {
    expect(counter.count('')).toBe(0);
    expect(counter.count('Hello, world!')).toBe(4);
    expect(counter.count('The quick brown fox jumps over the lazy dog. '.repeat(200))).toBeGreaterThan(1_990);
    expect(counter.count('The quick brown fox jumps over the lazy dog. '.repeat(200))).toBeLessThan(2_020);
  });

  it('takes special tokens as text', () => {
    expect(counter.count('<|endoftext|><|im_start|>')).toBeGreaterThan(2);
  });

  it('never counts more tokens than bytes, for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 600 }), (text) => {
        const tokens = counter.count(text);
        expect(tokens).toBeLessThanOrEqual(Buffer.byteLength(text));
        expect(tokens > 0).toBe(text !== '');
      }),
    );
  });

  it.each([
    ['one letter', 'a'.repeat(200_000)],
    ['one long word', Array.from({ length: 200_000 }, (_, at) => String.fromCharCode(97 + ((at * at * 31 + at) % 26))).join('')],
    ['spaces', ' '.repeat(200_000)],
    ['characters of two units', '😀'.repeat(100_000)],
  ])('does not block on a long run of %s', (_name, text) => {
    const began = performance.now();
    expect(counter.count(text)).toBeGreaterThan(100);
    expect(performance.now() - began).toBeLessThan(1_500 + SLACK_MS);
  });
});
