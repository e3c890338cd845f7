import { createHash } from 'node:crypto';
import { countAfterwards, countGivingWay, countUpTo } from '../../src/metering/long-count';
import type { TokenCounter } from '../../src/metering/token-counter';
import { createTokenCounter } from '../../src/upstreams/token-counter';
import { turnsOfOthers } from '../support/turns-of-others';

const counter = createTokenCounter();
/** Letters without a space, in an order that is in no vocabulary. */
const HARD = createHash('shake256', { outputLength: 150_000 }).update('seed').digest('base64');
const PROSE = 'The quick brown fox jumps over the lazy dog, again and again. '.repeat(5_000);

describe('a count of a long text', () => {
  it.each([
    ['nothing', ''],
    ['a word', 'word'],
    ['prose', PROSE],
    ['words without spaces', HARD],
    ['characters of two halves', '😀'.repeat(20_000)],
  ])('is that of the whole, or a token more or less for each eight thousand characters: %s', async (_what, text) => {
    const whole = counter.count(text);
    for (const tokens of [await countGivingWay(counter, [text]), countUpTo(counter, text, Number.POSITIVE_INFINITY)]) {
      expect(Math.abs(tokens - whole)).toBeLessThanOrEqual(text.length / 8_000);
    }
  });

  it('ends when it has passed what matters', async () => {
    let asked = 0;
    const watched = {
      count: (text: string) => {
        asked += text.length;
        return counter.count(text);
      },
    };
    expect(countUpTo(watched, HARD, 10)).toBeGreaterThan(10);
    expect(await countGivingWay(watched, [HARD, HARD], 10)).toBeGreaterThan(10);
    expect(asked).toBeLessThan(20_000);
  });

  it('lets others in meanwhile', async () => {
    expect(await turnsOfOthers(() => countGivingWay(counter, [HARD]))).toBeGreaterThan(0);
  });

  it('of several texts and what stands beside them is their sum', async () => {
    const sum = (each: TokenCounter) => each.count(PROSE) + 7 + each.count('one two');
    expect(await countAfterwards(sum, counter)).toBe((await countGivingWay(counter, [PROSE])) + 7 + counter.count('one two'));
  });
});
