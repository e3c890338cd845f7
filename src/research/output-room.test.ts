import { OutputRoom } from './output-room';

const NEWS = { name: 'news', outputTokens: 1_000 };
const VIEW = { name: 'technical_view', outputTokens: 1_200 };
const MOST = 100_000;

describe('the room of an answer', () => {
  it('is what its section has, within what the model has', () => {
    const room = new OutputRoom();
    expect([room.take(NEWS, 'm', MOST), room.take(VIEW, 'm', 1_100)]).toEqual([1_000, 1_100]);
    expect([room.limitOf(NEWS), room.limitOf(VIEW)]).toEqual([1_000, 1_100]);
  });

  it('doubles once for sections that were cut off at the same time, for all that the model writes then, and for no other model', () => {
    const room = new OutputRoom();
    for (const spec of [NEWS, VIEW]) room.take(spec, 'm', MOST);
    for (const spec of [NEWS, VIEW]) room.widen(spec, 'm');
    expect([room.take(NEWS, 'm', MOST), room.take(VIEW, 'm', MOST), room.take(VIEW, 'other', MOST)]).toEqual([2_000, 2_400, 1_200]);
  });

  it('grows to four times and no further', () => {
    const room = new OutputRoom();
    const taken = Array.from({ length: 5 }, () => {
      const limit = room.take(NEWS, 'm', MOST);
      room.widen(NEWS, 'm');
      return limit;
    });
    expect(taken).toEqual([1_000, 2_000, 4_000, 4_000, 4_000]);
  });
});
