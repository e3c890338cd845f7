import { fc } from '../../test/support/properties';
import { GrowingText } from './growing-text';

/** Small as a rule, and some so long that they are kept as they are. */
const piece = fc.oneof(
  { weight: 9, arbitrary: fc.string({ maxLength: 20 }) },
  { weight: 1, arbitrary: fc.string({ maxLength: 3 }).map((text) => text.padEnd(1_023 + text.length, text || '-')) },
);

describe('a growing text', () => {
  it('is all its pieces in their order, whenever it is read', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(piece, fc.boolean()), { maxLength: 300 }), (steps) => {
        const growing = new GrowingText();
        let expected = '';
        for (const [piece, read] of steps) {
          growing.add(piece);
          expected += piece;
          if (read) expect(growing.text).toBe(expected);
          expect(growing).toHaveLength(expected.length);
        }
        expect(growing.text).toBe(expected);
      }),
    );
  });

  it('does not break a character whose halves come in two pieces', () => {
    const growing = new GrowingText();
    growing.add('\ud83d');
    growing.add('\ude80');
    expect(growing.text).toBe('🚀');
  });
});
