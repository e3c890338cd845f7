import { StreamTally } from './stream-tally';

describe('the choices of a stream', () => {
  const ended = (indexes: readonly unknown[]) => {
    const tally = new StreamTally(() => '');
    for (const index of indexes) tally.take({ choices: [{ index, finish_reason: 'stop' }] });
    return tally;
  };

  it('are told apart as far as so many can be asked for', () => {
    const tally = ended(Array.from({ length: 128 }, (_, index) => index));
    expect([tally.hasFinished(128), tally.hasFinished(129)]).toEqual([true, false]);
  });

  it('that nobody can have asked for are kept as one, whatever a provider calls them', () => {
    const made = Array.from({ length: 1_000 }, (_, at) => [128 + at, -1 - at, at + 0.5, `${at}`, { at }, undefined]).flat();
    const tally = ended(made);
    expect([tally.hasFinished(1), tally.hasFinished(2)]).toEqual([true, false]);
  });
});
