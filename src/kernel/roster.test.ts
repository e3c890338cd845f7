import { fc } from '../../test/support/properties';
import { Roster } from './roster';

describe('a roster', () => {
  it('has those who entered and did not leave, whoever leaves when, and however often', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constant('enter' as const), fc.nat()), { maxLength: 60 }), (steps) => {
        const [roster, there] = [new Roster<number>(), new Set<number>()];
        const leaves: (() => void)[] = [];
        for (const step of steps) {
          if (step === 'enter') {
            there.add(leaves.length);
            leaves.push(roster.enter(leaves.length));
          } else if (leaves.length > 0) {
            const who = step % leaves.length;
            there.delete(who);
            leaves[who]?.();
          }
          expect([...roster.members()].sort()).toEqual([...there].sort());
          expect(roster.size).toBe(there.size);
        }
      }),
    );
  });

  it('lets those who are there leave while it is gone through', () => {
    const roster = new Roster<() => void>();
    const left: string[] = [];
    for (const name of ['a', 'b', 'c']) {
      const leave = roster.enter(() => {
        left.push(name);
        leave();
      });
    }
    for (const member of roster.members()) member();
    expect([left, roster.size]).toEqual([['a', 'b', 'c'], 0]);
  });
});
