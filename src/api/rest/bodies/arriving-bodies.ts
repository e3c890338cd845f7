/**
 * Bodies that are still on their way: what has come of them is kept as well, although nobody is served for it yet. So much of them is
 * kept at a time; beyond it goes the one that has kept most for longest. Room that is taken before would be kept by whoever sends slowly.
 */
import type { Readable } from 'node:stream';
import type { Clock } from '../../../kernel/clock';
import { noRoom } from './body-room';

interface Arriving {
  readonly since: number;
  bytes: number;
  readonly leave: () => void;
  readonly refuse: () => void;
}

export class ArrivingBodies {
  private kept = 0;
  private readonly bodies = new Set<Arriving>();

  /** `most`: bytes; one body alone may have more. `onFull` hears of each that had to go. */
  constructor(
    private readonly most: number,
    private readonly clock: Pick<Clock, 'monotonic'>,
    private readonly onFull: () => void = () => undefined,
  ) {}

  /** Counts what comes of a body until its end. One that has to go fails with a fault, `temporarily_unavailable`. */
  watch(payload: Readable): void {
    const count = (piece: Buffer) => {
      body.bytes += piece.length;
      this.kept += piece.length;
      while (this.kept > this.most && this.bodies.size > 1) this.makeRoom();
    };
    const leave = () => {
      payload.off('data', count).off('end', leave).off('close', leave);
      if (this.bodies.delete(body)) this.kept -= body.bytes;
    };
    // Not destroyed: that would close the connection, on which the answer is still to be told.
    const body: Arriving = { since: this.clock.monotonic(), bytes: 0, leave, refuse: () => payload.emit('error', noRoom()) };
    this.bodies.add(body);
    payload.on('data', count).once('end', leave).once('close', leave);
  }

  private makeRoom(): void {
    const now = this.clock.monotonic();
    const weight = ({ bytes, since }: Arriving) => bytes * (1 + now - since);
    const [heaviest, ...others] = this.bodies;
    if (heaviest === undefined) return;
    const leaving = others.reduce((most, each) => (weight(each) > weight(most) ? each : most), heaviest);
    leaving.leave();
    leaving.refuse();
    this.onFull();
  }
}
