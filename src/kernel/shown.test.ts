import { clipped, shown } from './shown';

it('quotes a name of ordinary length whole, and of a longer one as much as tells what is meant', () => {
  expect(shown('gpt-5-mini')).toBe('gpt-5-mini');
  expect(shown('m'.repeat(200))).toBe('m'.repeat(200));
  expect(shown('m'.repeat(1_000_000))).toBe(`${'m'.repeat(199)}…`);
});

it.each(['', 'x'])('never ends in half a character, and says all that there is room for: behind "%s"', (before) => {
  const emoji = clipped(`${before}${'😀'.repeat(400)}`, 500);
  expect(emoji.length).toBe(before === '' ? 499 : 500);
  expect(Buffer.from(emoji).toString()).toBe(emoji);
});

it('never ends in half a character where the text ends there as well', () => {
  expect([clipped('a😀b', 3), clipped('a😀', 2), clipped('ab😀', 3)]).toEqual(['a…', 'a…', 'ab…']);
});
