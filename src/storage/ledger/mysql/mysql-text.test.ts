import { literal } from './mysql-text';

describe('a value in a statement', () => {
  it('is ASCII, whatever it says', () => {
    for (const value of ['plain', "it's", 'back\\slash', 'new\nline', 'é', '研究 😀', "'; DROP TABLE hold; -- é", '\ud800']) {
      expect(literal(value)).toMatch(/^[\x20-\x7e]*$/);
    }
  });

  it('stands as the bytes of its text where a letter is beyond ASCII, so that nothing in it is read as SQL', () => {
    expect(literal("é'😀")).toBe("_utf8mb4 X'c3a927f09f9880'");
  });

  it('is quoted where it is plain, and escaped where a quote or a backslash would end it', () => {
    expect(literal('acme:RMB')).toBe("'acme:RMB'");
    expect(literal("it's a \\")).toBe("'it\\'s a \\\\'");
  });

  it('is a whole number, or NULL, as it is', () => {
    expect([literal(9_007_199_254_740_993n), literal(-1), literal(null)]).toEqual(['9007199254740993', '-1', 'NULL']);
  });
});
