import { AnswerRoom } from './answer-room';

const MB = 1024 * 1024;

describe('room for whole answers', () => {
  let room: AnswerRoom;
  let ready: string[];

  beforeEach(() => {
    [room, ready] = [new AnswerRoom(10 * MB), []];
  });

  const full = () => {
    const large = room.enter();
    expect(large.keep(10 * MB)).toBe(true);
    return large;
  };
  const wait = (name: string, place = room.enter()) => {
    place.keep(2 * MB);
    void place.whenRoom().then(() => ready.push(name));
    return place;
  };
  const turn = () => new Promise((resolve) => setImmediate(resolve));

  it('is for as many as fit, and the next one goes on beyond it: one that waited for those that wait would never end', async () => {
    full();
    const ahead = room.enter();
    expect([ahead.keep(5 * MB), ahead.keep(50 * MB)]).toEqual([true, true]);
    expect([room.enter().keep(MB), ahead.keep(MB)]).toEqual([false, true]);
    await ahead.whenRoom();
  });

  it('is given to the one that has waited longest when the one that goes on has ended, and to all when it is enough', async () => {
    const large = full();
    const ahead = wait('ahead');
    const [first, second] = [wait('first'), wait('second')];
    await turn();
    expect(ready).toEqual(['ahead']);
    ahead.leave();
    await turn();
    expect(ready).toEqual(['ahead', 'first']);
    first.leave();
    await turn();
    expect(ready).toEqual(['ahead', 'first', 'second']);
    wait('third');
    large.leave();
    await turn();
    expect(ready).toEqual(['ahead', 'first', 'second', 'third']);
    second.leave();
    full();
  });

  it('is not taken by small answers, however many they are, and a place that ends twice leaves once', () => {
    full();
    const small = Array.from({ length: 100 }, () => room.enter());
    expect(small.every((place) => place.keep(MB / 4))).toBe(true);
    for (const place of [...small, ...small]) place.leave();
    expect([room.enter().keep(MB), room.enter().keep(MB)]).toEqual([true, false]);
  });

  it('lets go of one that is forgotten while it waits', async () => {
    full();
    wait('ahead');
    const gone = wait('gone');
    gone.leave();
    await turn();
    expect(ready).toEqual(['ahead', 'gone']);
  });
});
