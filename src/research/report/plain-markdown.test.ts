import { inline, paragraphs, table } from './plain-markdown';

describe('text of others in Markdown', () => {
  it.each([
    ['# Receipt', '\\# Receipt'],
    ['> quoted', '\\> quoted'],
    ['- item', '\\- item'],
    ['3. third', '3\\. third'],
    ['---', '\\---'],
    ['a | b', 'a &#124; b'],
    ['<b>x</b>', '&lt;b>x&lt;/b>'],
    ['\\<b>', '\\&lt;b>'],
    ['![x](y)', '!&#91;x](y)'],
    ['[a]: http://x', '\\[a]: http://x'],
    ['one\ntwo\u0000\u2028three', 'one two three'],
    ['for \u202E5.00 CNY\u2069 each', 'for 5.00 CNY each'],
    ['3.5 % and 2026-01-01', '3.5 % and 2026-01-01'],
    ['**bold** and [a link](https://x.example)', '**bold** and [a link](https://x.example)'],
  ])('writes %j as %j', (text, markdown) => {
    expect(inline(text)).toBe(markdown);
  });

  it('keeps paragraphs, each harmless by itself', () => {
    expect(paragraphs('one\nstill one\n\n# two\n \n\n')).toBe('one still one\n\n\\# two');
  });

  it('lays out tables with numbers to the right', () => {
    expect(table(['What', 'Cost'], [['a', '1']], 1)).toBe('| What | Cost |\n| --- | ---: |\n| a | 1 |');
  });
});
