import { countPlainInput, partsAsInput, plainInputBound, plainInputs } from './plain-input';

const MODEL = { contextWindow: 1_000, mediaPartTokens: 300 };
const NONE: ReadonlySet<string> = new Set();
const counter = { count: (text: string) => text.split(' ').length };
const boundOf = (value: unknown, body = {}) => plainInputBound(plainInputs(value) ?? [], body, NONE, MODEL);

describe('input that is no conversation', () => {
  it('is bounded by one token per byte and 16 for each input, whatever its form', () => {
    expect(boundOf('é')).toBe(18);
    expect(boundOf(['a', 'bb'])).toBe(35);
    expect(boundOf([1, 2, 3])).toBe(19);
    expect(boundOf([[1], [2, 3]])).toBe(35);
  });

  it('is bounded by the context window input by input, not all together', () => {
    expect(boundOf(['x'.repeat(5_000), 'y'.repeat(5_000)])).toBe(2_000);
  });

  it('takes every field beside it for a part of every prompt', () => {
    expect(boundOf(['a', 'b'], { suffix: 'end' })).toBe(40);
  });

  it('bounds a picture by what the model says of one', () => {
    const parts = partsAsInput([
      { type: 'text', text: 'abc' },
      { type: 'image_url', image_url: { url: 'data:…' } },
    ]);
    expect(plainInputBound(parts ?? [], {}, NONE, MODEL)).toBe(319);
  });

  it('is counted input by input where the provider sends no usage', () => {
    expect(countPlainInput(plainInputs(['a b', 'c']) ?? [], counter)).toBe(3);
    expect(countPlainInput([{ text: '', tokens: 4, mediaParts: 0 }], { count: () => 0 })).toBe(4);
  });

  it.each([[7], [null], [undefined], [[]], [['a', 1]], [[[]]], [[-1]], [[1.5]], [{}]])('is not %j', (value) => {
    expect(plainInputs(value)).toBeUndefined();
  });
});
