/** What is kept for somebody who may be slow. So much of it is kept at a time; beyond it goes what has kept most for longest. */
import type { Clock } from '../../../kernel/clock';

interface Kept {
  readonly since: number;
  bytes: number;
  readonly drop: () => void;
}

export interface Keeping {
  /** May have this one dropped, or others. */
  add(bytes: number): void;
  leave(): void;
}

export class KeptForSlow {
  private bytes = 0;
  private readonly all = new Set<Kept>();

  /** `most`: bytes; one alone may have more. `onFull` hears of each that had to go. */
  constructor(
    private readonly most: number,
    private readonly clock: Pick<Clock, 'monotonic'>,
    private readonly onFull: () => void = () => undefined,
  ) {}

  /** `drop` is called once at most, when it counts no more. */
  enter(drop: () => void): Keeping {
    const kept: Kept = { since: this.clock.monotonic(), bytes: 0, drop };
    this.all.add(kept);
    return { add: (bytes) => this.add(kept, bytes), leave: () => this.leave(kept) };
  }

  private add(kept: Kept, bytes: number): void {
    if (!this.all.has(kept)) return;
    kept.bytes += bytes;
    this.bytes += bytes;
    while (this.bytes > this.most && this.all.size > 1) this.makeRoom();
  }

  private leave(kept: Kept): void {
    if (this.all.delete(kept)) this.bytes -= kept.bytes;
  }

  private makeRoom(): void {
    const now = this.clock.monotonic();
    const weight = ({ bytes, since }: Kept) => bytes * (1 + now - since);
    const [heaviest, ...others] = this.all;
    if (heaviest === undefined) return;
    const leaving = others.reduce((most, each) => (weight(each) > weight(most) ? each : most), heaviest);
    this.leave(leaving);
    leaving.drop();
    this.onFull();
  }
}
