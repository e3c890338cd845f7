import { BackgroundWork } from './background-work';

class Work extends BackgroundWork {
  looks = 0;
  ends: () => Promise<void> = async () => undefined;
  readonly said: string[];

  constructor() {
    const said: string[] = [];
    super({ everyMs: 1_000, problem: 'it could not be done', log: { warn: (_facts: object, message: string) => void said.push(message) } });
    this.said = said;
  }

  protected work(): Promise<void> {
    this.looks += 1;
    return this.ends();
  }
}

const fails = () => Promise.reject(new Error('away'));
const goesWell = async () => undefined;

describe('work in the background', () => {
  it('says once that it fails, and again where it fails after it went well', async () => {
    const work = new Work();
    for (const ends of [fails, fails, goesWell, fails]) {
      work.ends = ends;
      await work.look();
    }
    expect(work).toMatchObject({ looks: 4, said: ['it could not be done', 'it could not be done'] });
  });

  it('looks once at a time: who asks meanwhile waits for the look that runs', async () => {
    const work = new Work();
    await Promise.all([work.look(), work.look()]);
    expect(work.looks).toBe(1);
    await work.look();
    expect(work.looks).toBe(2);
  });

  it('says nothing of a look that a stop has ended', async () => {
    const work = new Work();
    work.ends = fails;
    work.stop();
    await work.look();
    expect(work.said).toEqual([]);
  });

  it('looks again and again from its start to its stop, however often it is started', async () => {
    jest.useFakeTimers();
    try {
      const work = new Work();
      work.start();
      work.start();
      await jest.advanceTimersByTimeAsync(3_000);
      expect(work.looks).toBe(3);
      work.stop();
      await jest.advanceTimersByTimeAsync(3_000);
      expect(work.looks).toBe(3);
    } finally {
      jest.useRealTimers();
    }
  });
});
