import { checkedName, checkMemo } from './names';

describe('a name', () => {
  it.each(['x', 'x'.repeat(200), '😀'.repeat(200), ` ${'é'.repeat(200)} `])(
    'may have 1 to 200 characters, whatever they are: %s',
    (name) => {
      expect(checkedName(name)).toBe(name.trim());
    },
  );

  it.each(['', ' \n', 'x'.repeat(201), '😀'.repeat(201), `${'😀'.repeat(200)}x`, 'x'.repeat(1_000_000)])(
    'is refused beyond that',
    (name) => {
      expect(() => checkedName(name)).toThrow('name must have 1 to 200 characters.');
    },
  );

  it.each(['\ud800', 'a\udc00b', '\udc00\ud800'])('is of whole characters', (name) => {
    expect(() => checkedName(name)).toThrow('name has half of a character in it');
  });
});

describe('a memo', () => {
  it.each([null, '', '😀'.repeat(500)])('may be left out, and has at most 500 whole characters', (memo) => {
    expect(() => checkMemo(memo)).not.toThrow();
  });

  it.each([
    ['😀'.repeat(501), 'memo must have at most 500 characters.'],
    ['a\ud800', 'memo has half of a character in it'],
  ])('is refused otherwise', (memo, problem) => {
    expect(() => checkMemo(memo)).toThrow(problem);
  });
});
