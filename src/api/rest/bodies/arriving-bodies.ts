/**
 * Bodies that are still on their way: what has come of them is kept as well, although nobody is served for it yet. Room that is taken
 * before would be kept by whoever sends slowly.
 */
import type { Readable } from 'node:stream';
import { noRoom } from './body-room';
import type { KeptForSlow } from './kept-for-slow';

export class ArrivingBodies {
  constructor(private readonly kept: KeptForSlow) {}

  /** Counts what comes of a body until its end. One that has to go fails with a fault, `temporarily_unavailable`. */
  watch(payload: Readable): void {
    const keeping = this.kept.enter(() => {
      leave();
      // Not destroyed: that would close the connection, on which the answer is still to be told.
      payload.emit('error', noRoom());
    });
    const count = (piece: Buffer) => keeping.add(piece.length);
    const leave = () => {
      payload.off('data', count).off('end', leave).off('close', leave);
      keeping.leave();
    };
    payload.on('data', count).once('end', leave).once('close', leave);
  }
}
