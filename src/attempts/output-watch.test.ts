import { GrowingText } from '../kernel/growing-text';
import type { TokenCounter } from '../metering/token-counter';
import { OutputWatch } from './output-watch';

/** Counts one token per character, as for a vocabulary that knows no words. */
const perCharacter = { count: (text: string) => text.length };

/** A stream with such a bound; gives whether it has passed with another piece. */
function streamOf(bound: number, counter: TokenCounter): (piece: string) => boolean {
  const [output, watch] = [new GrowingText(), new OutputWatch(bound, counter)];
  return (piece) => {
    output.add(piece);
    return watch.passed(output);
  };
}

describe('the watch over the output of a stream', () => {
  it('never counts an answer that cannot be beyond its bound', () => {
    let counts = 0;
    const passes = streamOf(1_000, { count: (text) => ++counts && text.length });
    for (let i = 0; i < 100; i += 1) expect(passes('ten chars ')).toBe(false);
    expect(counts).toBe(0);
  });

  it('cuts an endless answer soon after twice its bound', () => {
    const passes = streamOf(1_000, perCharacter);
    let characters = 0;
    while (!passes('x'.repeat(50)) && characters < 100_000) characters += 50;
    expect(characters).toBeGreaterThanOrEqual(1_900);
    expect(characters).toBeLessThan(4_000);
  });

  it('lets an honest answer of long words run', () => {
    const perWord = { count: (text: string) => text.split(' ').length - 1 };
    const passes = streamOf(1_000, perWord);
    for (let i = 0; i < 1_000; i += 1) expect(passes('extraordinarily ')).toBe(false);
  });

  it('counts no more of a piece without measure than tells that it is too much', () => {
    let counted = 0;
    const count = (text: string) => {
      counted += text.length;
      return text.length;
    };
    const passes = streamOf(1_000, { count });
    expect(passes('x'.repeat(8_000_000))).toBe(true);
    expect(counted).toBeLessThan(20_000);
  });

  it('counts of a long answer with each piece of it no more than lets others in, and cuts it soon all the same', () => {
    const bound = 1_000_000;
    let [counted, most, characters] = [0, 0, 0];
    const count = (text: string) => {
      counted += text.length;
      return text.length;
    };
    const passes = streamOf(bound, { count });
    const isCutBy = (piece: string) => {
      characters += piece.length;
      counted = 0;
      const isCut = passes(piece);
      most = Math.max(most, counted);
      return isCut;
    };
    const pieces = ['x', 'x'.repeat(3_000), 'x'.repeat(40)];
    for (let nth = 0; characters < 5 * bound; nth += 1) if (isCutBy(pieces[nth % pieces.length] ?? '')) break;
    expect(characters).toBeGreaterThanOrEqual(2 * bound);
    expect(characters).toBeLessThan(2.8 * bound);
    expect(most).toBeLessThanOrEqual(16_384);
  });
});
