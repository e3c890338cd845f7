import { OutputRoom, roomAtFirst } from './output-room';

const NEWS = { name: 'news', outputTokens: 1_000 };
const VIEW = { name: 'technical_view', outputTokens: 1_200 };
const MOST = 100_000;

describe('the room of an answer', () => {
  it('is what its section has, within what the model has', () => {
    const room = new OutputRoom();
    expect([room.take(NEWS, 'm', MOST), room.take(VIEW, 'm', 1_100)]).toEqual([1_000, 1_100]);
    expect(room.cutOff(NEWS)).toEqual({ problem: 'it was cut off at 1000 tokens', isLast: false });
    expect(room.cutOff(VIEW)).toEqual({
      problem: 'it was cut off at 1100 tokens, the most that it may have: it must be shorter',
      isLast: true,
    });
  });

  it('doubles once for sections that were cut off at the same time, for all that the model writes then, and for no other model', () => {
    const room = new OutputRoom();
    for (const spec of [NEWS, VIEW]) room.take(spec, 'm', MOST);
    for (const spec of [NEWS, VIEW]) room.widen(spec, 'm');
    expect([room.take(NEWS, 'm', MOST), room.take(VIEW, 'm', MOST), room.take(VIEW, 'other', MOST)]).toEqual([2_000, 2_400, 1_200]);
  });

  it('grows to sixteen times and no further', () => {
    const room = new OutputRoom();
    const taken = Array.from({ length: 6 }, () => {
      const limit = room.take(NEWS, 'm', MOST);
      room.widen(NEWS, 'm');
      return limit;
    });
    expect(taken).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 16_000]);
    expect(room.cutOff(NEWS).isLast).toBe(true);
  });

  it('goes on where another process, or a run before it was resumed, was cut off', () => {
    const cut = 'it was cut off at 4000 tokens';
    const error = `The answer does not fit: ${cut}`;
    expect(new OutputRoom().take(NEWS, 'm', MOST, error)).toBe(8_000);
    expect(new OutputRoom().take(NEWS, 'm', 6_000, error)).toBe(6_000);
    const saidByModel = `The answer does not fit: the answer is not JSON: ${cut}`;
    expect(new OutputRoom().take(NEWS, 'm', MOST, saidByModel)).toBe(1_000);
    // The model has been given more in the catalog since.
    const narrow = new OutputRoom();
    narrow.take(NEWS, 'm', 800);
    expect(new OutputRoom().take(NEWS, 'm', MOST, `The answer does not fit: ${narrow.cutOff(NEWS).problem}`)).toBe(2_000);
  });

  it('is at first what finished runs took and half of that again, up to four times, and as much as an estimate reserves', () => {
    const taken = [0, 666, 667, 1_300, 1_400, 9_000, 90_000].map((outputTokens) => {
      const limit = new OutputRoom(new Map([[NEWS.name, { outputTokens }]])).take(NEWS, 'm', MOST);
      expect(roomAtFirst(NEWS, { outputTokens })).toBe(limit);
      return limit;
    });
    expect(taken).toEqual([1_000, 1_000, 2_000, 2_000, 4_000, 4_000, 4_000]);
  });
});
