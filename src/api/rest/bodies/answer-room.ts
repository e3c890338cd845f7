/**
 * Whole answers are kept in memory until they are settled and handed on, read into words and written anew: some large ones at once would
 * take all that the process has. So there is room for so many bytes of them at a time. What does not fit is left with its provider until
 * others have ended: it is paid for, and nobody is refused for it.
 */

/** An answer that has no more is counted by nobody: such are kept for moments, and are many. */
export const SMALL_ANSWER_BYTES = 256 * 1024;

export class AnswerRoom {
  private kept = 0;
  private readonly waiting = new Map<AnswerPlace, () => void>();
  /** The first that found no room goes on all the same, so that nobody waits for those that wait. */
  private ahead: AnswerPlace | null = null;

  /** `most`: bytes. */
  constructor(private readonly most: number) {}

  /** For one request. */
  enter(): AnswerPlace {
    return new AnswerPlace(this);
  }

  /** False: there is no room for more of it. */
  add(place: AnswerPlace, bytes: number): boolean {
    this.kept += bytes;
    if (this.kept > this.most) this.ahead ??= place;
    return this.hasRoomFor(place);
  }

  whenRoom(place: AnswerPlace): Promise<void> {
    return this.hasRoomFor(place) ? Promise.resolve() : new Promise((resolve) => this.waiting.set(place, resolve));
  }

  giveBack(place: AnswerPlace, bytes: number): void {
    this.kept -= bytes;
    if (this.ahead === place) this.ahead = null;
    this.letOn(place);
    const [first] = this.waiting.keys();
    if (this.kept <= this.most) for (const each of [...this.waiting.keys()]) this.letOn(each);
    else if (this.ahead === null && first !== undefined) {
      this.ahead = first;
      this.letOn(first);
    }
  }

  private hasRoomFor(place: AnswerPlace): boolean {
    return this.kept <= this.most || this.ahead === place;
  }

  private letOn(place: AnswerPlace): void {
    const resolve = this.waiting.get(place);
    this.waiting.delete(place);
    resolve?.();
  }
}

/** What one request keeps. */
export class AnswerPlace {
  private bytes = 0;

  constructor(private readonly room: AnswerRoom) {}

  /** So many more. False: nothing may follow before `whenRoom` resolves. */
  keep(bytes: number): boolean {
    const before = this.counted;
    this.bytes += bytes;
    return this.counted === 0 || this.room.add(this, this.counted - before);
  }

  whenRoom(): Promise<void> {
    return this.room.whenRoom(this);
  }

  /** The request has ended, and what it kept is forgotten. */
  leave(): void {
    const { counted } = this;
    this.bytes = 0;
    if (counted > 0) this.room.giveBack(this, counted);
  }

  private get counted(): number {
    return this.bytes > SMALL_ANSWER_BYTES ? this.bytes : 0;
  }
}
