import { givingWay } from './give-way';

describe('giving way', () => {
  let now = 0;
  let turns = 0;
  const step = givingWay({ monotonic: () => now });

  beforeEach(async () => {
    await new Promise((resolve) => setImmediate(resolve));
    turns = 0;
    setImmediate(() => {
      turns += 1;
    });
  });

  it('keeps nobody waiting behind steps that never wait', async () => {
    for (let steps = 0; turns === 0 && steps < 100; steps += 1) {
      await step();
      now += 1;
    }
    expect(turns).toBe(1);
  });

  it('costs a few steps no turn', async () => {
    for (let steps = 0; steps < 10; steps += 1) await step();
    expect(turns).toBe(0);
  });
});
