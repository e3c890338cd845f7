import { canonicalCode, newCode, printedCode } from './redemption-code';

describe('a redemption code', () => {
  it('is read as it is printed, whatever people make of capitals, spaces and letters that look alike', () => {
    for (let nth = 0; nth < 200; nth += 1) {
      const code = newCode();
      expect(printedCode(code)).toMatch(/^([0-9A-Z]{5}-){4}[0-9A-Z]{5}$/);
      expect(canonicalCode(printedCode(code))).toBe(code);
      expect(canonicalCode(` ${printedCode(code).toLowerCase().replaceAll('-', ' ')} `)).toBe(code);
      expect(canonicalCode(code.replaceAll('0', 'o').replaceAll('1', 'l'))).toBe(code);
    }
  });

  it('that was printed once can be redeemed ever after: what its last character is stays', () => {
    expect(canonicalCode('01234-56789-ABCDE-FGHJK-MNPQW')).toBe('0123456789ABCDEFGHJKMNPQW');
  });

  it('with one character that is wrong is none', () => {
    const code = newCode();
    for (let at = 0; at < code.length; at += 1) {
      for (const other of '0123456789ABCDEFGHJKMNPQRSTVWXYZ') {
        const wrong = code.slice(0, at) + other + code.slice(at + 1);
        if (wrong !== code) expect(canonicalCode(wrong)).toBeNull();
      }
    }
  });

  it('is never the same twice', () => {
    expect(new Set(Array.from({ length: 1_000 }, newCode)).size).toBe(1_000);
  });

  it.each(['', 'U'.repeat(25), '0'.repeat(24), '0'.repeat(26), 'Ж'.repeat(25)])('is not "%s"', (text) => {
    expect(canonicalCode(text)).toBeNull();
  });
});
