import { Roller } from './roller';

/** `answers`: whether there are more, behind each piece. */
function rollerOver(answers: (boolean | Error)[]) {
  const said: string[] = [];
  let looks = 0;
  const rollUp = async () => {
    looks += 1;
    const more = answers.shift() ?? false;
    if (more instanceof Error) throw more;
    return { more };
  };
  const roller = new Roller({ rollUp, log: { warn: (_fields, message) => void said.push(message) } });
  return { roller, said, looks: () => looks };
}

describe('the roller of usage', () => {
  it('goes on while more is waiting, and not for what comes meanwhile', async () => {
    const { roller, looks } = rollerOver([true, true, false, true]);
    roller.start();
    await roller.look();
    roller.stop();
    expect(looks()).toBe(3);
  });

  it('says once that it fails, tries again, and never rejects', async () => {
    const { roller, said, looks } = rollerOver([new Error('away'), new Error('away'), true]);
    for (let look = 0; look < 3; look += 1) await roller.look();
    expect([said, looks()]).toEqual([['usage could not be added up'], 4]);
  });

  it('looks once at a time, and goes on to nothing when it is stopped', async () => {
    const { roller, looks, said } = rollerOver([true, true, new Error('ended')]);
    const both = [roller.look(), roller.look()];
    roller.stop();
    await Promise.all(both);
    expect([looks(), said]).toEqual([1, []]);
  });
});
