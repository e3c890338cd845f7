/**
 * Bodies are kept in memory until their calls have ended, read into words and written anew: some large ones at once would take all that
 * the process has, and every other call would end with it. So there is room for so many bytes of them at a time.
 */
import { getHeapStatistics } from 'node:v8';
import { Fault } from '../../../kernel/fault';

/** Measured: a body takes up to seven times its weight, where one of its characters is beyond Latin. */
const SHARE_OF_HEAP = 8;

/** As much of a response as tells that nobody waits for it any more. */
export interface Closing {
  once(event: 'close', listener: () => void): unknown;
}

interface Holding {
  readonly bytes: number;
  isServed: boolean;
}

export function noRoom(): Fault {
  return new Fault('temporarily_unavailable', 'Too many large requests are being served now: try again in a moment.');
}

export function roomOfHeap(): number {
  return Math.floor(getHeapStatistics().heap_size_limit / SHARE_OF_HEAP);
}

export class BodyRoom {
  private taken = 0;
  private readonly holdings = new Map<Closing, Holding>();

  /** `most`: bytes, as bodies are weighed. A body that is larger finds room alone. `onFull` hears of each that found none. */
  constructor(
    private readonly most: number,
    private readonly onFull: () => void = () => undefined,
  ) {}

  /**
   * Until the call has ended that is served by then, else until the response is closed.
   * Gives a fault, `temporarily_unavailable`, when there is no room.
   */
  take(response: Closing, bytes: number): Fault | null {
    if (this.taken > 0 && this.taken + bytes > this.most) {
      this.onFull();
      return noRoom();
    }
    const holding = { bytes, isServed: false };
    this.taken += bytes;
    this.holdings.set(response, holding);
    response.once('close', () => {
      if (!holding.isServed) this.giveBack(response);
    });
    return null;
  }

  /** The call is served from now on, also when its client leaves. What it gives is to be called when it has ended. */
  serve(response: Closing): () => void {
    const holding = this.holdings.get(response);
    if (holding !== undefined) holding.isServed = true;
    return () => this.giveBack(response);
  }

  private giveBack(response: Closing): void {
    this.taken -= this.holdings.get(response)?.bytes ?? 0;
    this.holdings.delete(response);
  }
}
