import { LargerPieces } from './larger-pieces';

describe('bytes that come in pieces', () => {
  const MEGABYTE = Buffer.from(Array.from({ length: 1024 * 1024 }, (_, at) => (at * 7) % 251));

  function gathered(sizes: (at: number) => number): Buffer[] {
    const kept: Buffer[] = [];
    const pieces = new LargerPieces((piece) => kept.push(piece));
    for (let at = 0; at < MEGABYTE.length; ) {
      const next = at + sizes(at);
      pieces.add(MEGABYTE.subarray(at, next));
      at = next;
    }
    pieces.end();
    return kept;
  }

  it.each([
    ['of one byte', () => 1],
    ['of sizes that differ', (at: number) => 1 + (at % 40_000)],
    ['that are tiny and large in turns', (at: number) => (at % 2 === 0 ? 1 : 20_000)],
  ])('are few, and all of them, from pieces %s', (_, sizes) => {
    const kept = gathered(sizes);
    expect(Buffer.concat(kept).equals(MEGABYTE)).toBe(true);
    expect(kept.length).toBeLessThan(200);
  });

  it('are handed on uncopied as they come where they are large', () => {
    const kept = gathered(() => 64 * 1024);
    expect(kept.map(({ length }) => length)).toEqual(Array.from({ length: 16 }, () => 64 * 1024));
    expect(kept.every(({ buffer }) => buffer === MEGABYTE.buffer)).toBe(true);
  });

  it('are handed on at once as long as they are few', () => {
    const kept: string[] = [];
    const pieces = new LargerPieces((piece) => kept.push(piece.toString()));
    for (const piece of ['a', 'b']) pieces.add(Buffer.from(piece));
    expect(kept).toEqual(['a', 'b']);
  });
});
