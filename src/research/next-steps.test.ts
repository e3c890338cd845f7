import type { ResearchMode, SectionStatus } from '../kernel/words';
import { doomedSections, endOf, readySections } from './next-steps';
import { sectionsOf } from './sections/section';

const PLAN = [
  { name: 'a', after: [] },
  { name: 'b', after: [] },
  { name: 'c', after: ['a', 'b'] },
  { name: 'd', after: ['c'] },
];
const states = (...of: SectionStatus[]) => new Map(PLAN.map(({ name }, nth) => [name, of[nth] ?? 'PENDING']));
const names = (sections: readonly { readonly name: string }[]) => sections.map(({ name }) => name);

describe('the next steps of a run', () => {
  it('are all sections whose needs are met, and that nobody runs', () => {
    expect(names(readySections(PLAN, states(), new Set()))).toEqual(['a', 'b']);
    expect(names(readySections(PLAN, states('RETRYING', 'RUNNING'), new Set(['b'])))).toEqual(['a']);
    expect(names(readySections(PLAN, states('COMPLETED', 'RUNNING'), new Set(['b'])))).toEqual([]);
    expect(names(readySections(PLAN, states('COMPLETED', 'COMPLETED'), new Set()))).toEqual(['c']);
  });

  it('never include what reads a section that failed: that is skipped, and so is what reads it', () => {
    expect(names(doomedSections(PLAN, states('FAILED', 'RUNNING')))).toEqual(['c']);
    expect(names(doomedSections(PLAN, states('FAILED', 'RUNNING', 'SKIPPED')))).toEqual(['d']);
    expect(names(readySections(PLAN, states('FAILED', 'COMPLETED'), new Set()))).toEqual([]);
  });

  it('end as what the sections came to', () => {
    expect(endOf(states('COMPLETED', 'COMPLETED', 'COMPLETED', 'RETRYING'))).toBeNull();
    expect(endOf(states('COMPLETED', 'COMPLETED', 'COMPLETED', 'COMPLETED'))).toBe('COMPLETED');
    expect(endOf(states('COMPLETED', 'FAILED', 'SKIPPED', 'SKIPPED'))).toBe('PARTIAL');
    expect(endOf(states('FAILED', 'FAILED', 'SKIPPED', 'SKIPPED'))).toBe('FAILED');
  });

  for (const mode of ['QUICK', 'STANDARD', 'DEEP'] as const) {
    it.each([null, ...sectionsOf(mode).map(({ name }) => name)])(`lead to an end in ${mode} where %s fails`, (failing) => {
      expect(endOf(carriedOn(mode, failing))).toBe(failing === null ? 'COMPLETED' : 'PARTIAL');
    });
  }
});

/** The states after every step was made, where one section fails. */
function carriedOn(mode: ResearchMode, failing: string | null) {
  const plan = sectionsOf(mode);
  const now = new Map<string, SectionStatus>(plan.map(({ name }) => [name, 'PENDING']));
  for (let step = 0; step <= plan.length && endOf(now) === null; step += 1) {
    for (const { name } of doomedSections(plan, now)) now.set(name, 'SKIPPED');
    for (const { name } of readySections(plan, now, new Set())) now.set(name, name === failing ? 'FAILED' : 'COMPLETED');
  }
  return now;
}
