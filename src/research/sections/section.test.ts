import { RESEARCH_MODES } from '../../kernel/words';
import { sectionsOf } from './section';
import { SECTION_SCHEMAS } from './section-schemas';

const namesOf = (mode: (typeof RESEARCH_MODES)[number]) => sectionsOf(mode).map(({ name }) => name);

describe('the sections of a mode', () => {
  it.each(RESEARCH_MODES)('%s: each stands behind those that it reads, once, with a schema', (mode) => {
    const seen = new Set<string>();
    for (const { name, after } of sectionsOf(mode)) {
      expect(after.filter((before) => !seen.has(before))).toEqual([]);
      expect(seen.has(name)).toBe(false);
      expect(SECTION_SCHEMAS[name]).toBeDefined();
      seen.add(name);
    }
  });

  it('grow from mode to mode, and only the deep one has sections of the deep model', () => {
    expect(namesOf('QUICK')).toEqual(['market_snapshot', 'technical_view', 'summary']);
    expect(namesOf('STANDARD')).toEqual(['market_snapshot', 'technical_view', 'fundamentals', 'news', 'summary']);
    expect(namesOf('DEEP')).toEqual(expect.arrayContaining(namesOf('STANDARD')));
    expect(sectionsOf('DEEP').filter(({ role }) => role === 'deep')).toHaveLength(5);
    expect([...sectionsOf('QUICK'), ...sectionsOf('STANDARD')].every(({ role }) => role === 'quick')).toBe(true);
  });

  it('run beside each other where none reads the other', () => {
    const waves = new Map<string, number>();
    for (const { name, after } of sectionsOf('DEEP')) waves.set(name, 1 + Math.max(0, ...after.map((before) => waves.get(before) ?? 0)));
    const sizes = [1, 2, 3, 4, 5].map((wave) => [...waves.values()].filter((each) => each === wave).length);
    expect(sizes).toEqual([4, 2, 2, 1, 1]);
  });

  it('expect less than their limits', () => {
    for (const { expectedOutputTokens, outputTokens } of sectionsOf('DEEP')) expect(expectedOutputTokens).toBeLessThan(outputTokens);
  });
});
