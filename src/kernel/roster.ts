interface Place<T> {
  readonly member: T;
  /** Its place in the list; -1 when it has left. */
  at: number;
}

/**
 * Who is there now, of those who come and go with every request. Not a Set: one that changes with every request leaves a chain of
 * outgrown tables, which keeps finished requests in memory.
 */
export class Roster<T> {
  private readonly places: Place<T>[] = [];

  get size(): number {
    return this.places.length;
  }

  /** Those who are there, in no order; who leaves meanwhile is among them all the same. */
  members(): T[] {
    return this.places.map(({ member }) => member);
  }

  /** Gives what takes the member out again; a second time that does nothing. */
  enter(member: T): () => void {
    const place: Place<T> = { member, at: this.places.length };
    this.places.push(place);
    return () => this.leave(place);
  }

  /** The last one takes the place of the one that leaves. */
  private leave(place: Place<T>): void {
    if (place.at < 0) return;
    const last = this.places.pop();
    if (last !== undefined && last !== place) {
      this.places[place.at] = last;
      last.at = place.at;
    }
    place.at = -1;
  }
}
