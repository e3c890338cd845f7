import { EventEmitter } from 'node:events';
import { BodyRoom } from './body-room';

describe('the room for bodies', () => {
  const noRoom = expect.objectContaining({ code: 'temporarily_unavailable' });

  it('is refused to what finds none, and found again when a call has ended', () => {
    let refused = 0;
    const room = new BodyRoom(10, () => (refused += 1));
    const [first, second] = [new EventEmitter(), new EventEmitter()];
    room.take(first, 6);
    expect(room.take(second, 5)).toEqual(noRoom);
    expect(refused).toBe(1);
    room.serve(first)();
    expect(room.take(second, 5)).toBeNull();
  });

  it('is kept by a call whose client left, until it has ended: it still holds its body', () => {
    const room = new BodyRoom(10);
    const first = new EventEmitter();
    room.take(first, 6);
    const leave = room.serve(first);
    first.emit('close');
    expect(room.take(new EventEmitter(), 5)).toEqual(noRoom);
    for (const _ of ['once', 'twice']) leave();
    expect(room.take(new EventEmitter(), 10)).toBeNull();
    expect(room.take(new EventEmitter(), 1)).toEqual(noRoom);
  });

  it('is given back by a client that leaves before its call is served', () => {
    const room = new BodyRoom(10);
    const first = new EventEmitter();
    room.take(first, 6);
    first.emit('close');
    expect(room.take(new EventEmitter(), 10)).toBeNull();
  });

  it('is there for one body that is larger than all of it', () => {
    expect(new BodyRoom(10).take(new EventEmitter(), 20)).toBeNull();
  });
});
