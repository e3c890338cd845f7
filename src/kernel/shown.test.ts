import { clipped, shown } from './shown';

it('quotes a name of ordinary length whole, and of a longer one as much as tells what is meant', () => {
  expect(shown('gpt-5-mini')).toBe('gpt-5-mini');
  expect(shown('m'.repeat(200))).toBe('m'.repeat(200));
  expect(shown('m'.repeat(1_000_000))).toBe(`${'m'.repeat(199)}…`);
});

it('never ends in half a character', () => {
  const emoji = clipped('😀'.repeat(400), 500);
  expect(emoji.length).toBeLessThanOrEqual(500);
  expect(Buffer.from(emoji).toString()).toBe(emoji);
});
