import { GrowingCount } from '../../src/metering/growing-count';
import { createTokenCounter } from '../../src/upstreams/token-counter';
import { fc } from '../support/properties';
import { turnsOfOthers } from '../support/turns-of-others';

const counter = createTokenCounter();

/** Counts the text as it arrives in these pieces; gives every count on the way, and the last one with a word after it. */
function countsOf(pieces: readonly string[]): { readonly onTheWay: number[]; readonly whole: number } {
  const count = new GrowingCount(counter);
  let text = '';
  const onTheWay = pieces.map((piece) => {
    text += piece;
    return count.of(text);
  });
  // The end of a word is certain when a space follows it.
  return { onTheWay, whole: count.of(`${text} `) };
}

const anyText = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 120 }),
  fc.string({ unit: 'binary', maxLength: 120 }),
  fc
    .array(
      fc.constantFrom(
        'Hello',
        'don’t',
        "it's",
        '今天天气',
        '，',
        '。',
        '\n',
        '\r\n',
        ' ',
        '   ',
        '\t',
        '42',
        '1,000',
        '{"a":',
        '😀',
        'é',
        '//',
      ),
      {
        maxLength: 60,
      },
    )
    .map((words) => words.join('')),
);

describe('GrowingCount', () => {
  it('counts in pieces what the whole text counts, for any text whose last word has ended', () => {
    fc.assert(
      fc.property(fc.array(anyText, { maxLength: 6 }), (pieces) => {
        const text = pieces.join('');
        fc.pre(text.length <= 900 && !/\s$/.test(text));
        expect(countsOf(pieces).whole).toBe(counter.count(text));
      }),
      { numRuns: 400 },
    );
  });

  it('is never ahead of the text, and never takes anything back', () => {
    fc.assert(
      fc.property(fc.array(anyText, { maxLength: 6 }), (pieces) => {
        const { onTheWay } = countsOf(pieces);
        const whole = counter.count(pieces.join(''));
        expect(onTheWay.every((count, at) => count <= whole && count >= (onTheWay[at - 1] ?? 0))).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  it('counts text without spaces at its punctuation', () => {
    const text = '今天天气很好，我们去公园散步吧。';
    expect(countsOf([text]).onTheWay[0]).toBeGreaterThan(8);
  });

  it('counts a word without an end as it grows, and at most what it counts as a whole', () => {
    const text = 'ab1'.repeat(5_000);
    const pieces = text.match(/.{1,700}/gs) ?? [];
    const last = countsOf(pieces).onTheWay.at(-1) ?? 0;
    expect(last).toBeLessThanOrEqual(counter.count(text));
    expect(last).toBeGreaterThan(counter.count(text) * 0.8);
  });

  it('lets others in while much of it is counted, and counts the same', async () => {
    const text = Array.from({ length: 60_000 }, (_, nth) => String.fromCodePoint(0x4e00 + ((nth * 7_919) % 0x5000))).join('');
    let tokens = 0;
    const turns = await turnsOfOthers(async () => {
      tokens = await new GrowingCount(counter).ofMuch(text);
    });
    expect(turns).toBeGreaterThan(0);
    const atOnce = new GrowingCount(counter).of(text);
    expect(Math.abs(tokens - atOnce)).toBeLessThanOrEqual(text.length / 1_000);
    expect(tokens).toBeLessThanOrEqual(counter.count(text));
  });

  it('reads each part of the text once', () => {
    const sizes: number[] = [];
    const count = new GrowingCount({ count: (part) => sizes.push(part.length) });
    let text = '';
    for (let at = 0; at < 200; at += 1) {
      text += 'one more word ';
      count.of(text);
    }
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(text.length);
  });
});
