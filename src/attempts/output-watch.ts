/**
 * Guards a stream against an upstream that does not stop: the hold covers `boundTokens` of output, and an answer far
 * beyond it is cut. A token is as long as a character as a rule, so nothing is counted before the text has as many characters
 * as the cut has tokens; after that it is counted piece by piece. Vocabularies differ, hence the tolerance: an honest upstream
 * that keeps its limit by its own count is never cut. What lies between the bound and the cut is the operator's loss.
 *
 * A bound may be of millions of tokens, and a text of so many takes seconds to count, in which nobody else is served. So of a long text some
 * is counted with each piece that comes, a few times as much as came: the cut is soon there, by a third of the way later at most.
 */
import type { GrowingText } from '../kernel/growing-text';
import { countUpTo } from '../metering/long-count';
import type { TokenCounter } from '../metering/token-counter';

const TOLERANCE = 2;
const PIECE_MIN = 1_024;
/** What takes some milliseconds. */
const AT_ONCE = 16_384;
const TIMES_AS_MUCH = 4;
const LEAST = 256;

export class OutputWatch {
  private readonly ceiling: number;
  private countedTo = 0;
  private counted = 0;
  private nextCountAt: number;
  /** How long the output was when it was looked at last. */
  private seen = 0;
  /** What is being counted, and how much of it is; to look into a text that grows is to copy all of it. */
  private waiting = '';
  private taken = 0;

  constructor(
    boundTokens: number,
    private readonly counter: TokenCounter,
  ) {
    this.ceiling = boundTokens * TOLERANCE;
    this.nextCountAt = Math.max(this.ceiling, PIECE_MIN);
  }

  /** Output that grows by fewer characters than these is not too much: nothing is counted for it. */
  roomIn(output: GrowingText): number {
    return this.nextCountAt - (output.length - this.countedTo);
  }

  /** To be asked when the output has grown. True: the answer is certainly beyond what the hold covers. */
  passed(output: GrowingText): boolean {
    const grown = output.length - this.seen;
    this.seen = output.length;
    if (this.roomIn(output) > 0) return false;
    const left = output.length - this.countedTo;
    this.countOn(output, left <= AT_ONCE ? left : Math.max(grown * TIMES_AS_MUCH, LEAST));
    const isBehind = this.countedTo < output.length;
    this.nextCountAt = isBehind ? 0 : Math.max(this.ceiling - this.counted, PIECE_MIN);
    return this.counted > this.ceiling;
  }

  private countOn(output: GrowingText, characters: number): void {
    for (let left = characters; left > 0 && this.counted <= this.ceiling; ) {
      if (this.taken === this.waiting.length) {
        if (this.countedTo === output.length) return;
        [this.waiting, this.taken] = [output.text.slice(this.countedTo), 0];
      }
      const piece = this.waiting.slice(this.taken, this.taken + left);
      this.counted += countUpTo(this.counter, piece, this.ceiling - this.counted);
      this.taken += piece.length;
      this.countedTo += piece.length;
      left -= piece.length;
    }
  }
}
