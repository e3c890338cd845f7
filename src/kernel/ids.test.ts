import { leastIdAt, newId } from './ids';

describe('an identifier', () => {
  it('is a UUID of version 7, in small letters', () => {
    for (let made = 0; made < 1_000; made += 1) {
      expect(newId()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    }
  });

  it('is greater than every one that was made before it, also within one millisecond', () => {
    const ids = Array.from({ length: 10_000 }, newId);
    expect(ids).toEqual([...new Set(ids)].sort());
  });

  it('says when it was made', () => {
    const before = Date.now();
    const id = newId();
    expect(id >= leastIdAt(before)).toBe(true);
    expect(id < leastIdAt(Date.now() + 1_000)).toBe(true);
  });
});
