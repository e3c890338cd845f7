import { Roller } from './roller';

function rollerOver(answers: (number | Error)[]) {
  const said: string[] = [];
  let looks = 0;
  const rollUp = async () => {
    looks += 1;
    const next = answers.shift() ?? 0;
    if (next instanceof Error) throw next;
    return next;
  };
  const roller = new Roller({ rollUp, log: { warn: (_fields, message) => void said.push(message) } });
  return { roller, said, looks: () => looks };
}

describe('the roller of usage', () => {
  it('goes on until nothing is left', async () => {
    const { roller, looks } = rollerOver([500, 500, 3]);
    roller.start();
    await roller.look();
    roller.stop();
    expect(looks()).toBe(4);
  });

  it('says once that it fails, tries again, and never rejects', async () => {
    const { roller, said, looks } = rollerOver([new Error('away'), new Error('away'), 1]);
    for (let look = 0; look < 3; look += 1) await roller.look();
    expect([said, looks()]).toEqual([['usage could not be added up'], 4]);
  });

  it('looks once at a time, and goes on to nothing when it is stopped', async () => {
    const { roller, looks, said } = rollerOver([1, 1, new Error('ended')]);
    const both = [roller.look(), roller.look()];
    roller.stop();
    await Promise.all(both);
    expect([looks(), said]).toEqual([1, []]);
  });
});
