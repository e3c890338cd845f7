/**
 * Guards a stream against an upstream that does not stop: the hold covers `boundTokens` of output, and an answer far
 * beyond it is cut. A token is as long as a character as a rule, so nothing is counted before the text has as many characters
 * as the cut has tokens; after that it is counted piece by piece. Vocabularies differ, hence the tolerance: an honest upstream
 * that keeps its limit by its own count is never cut. What lies between the bound and the cut is the operator's loss.
 */
import type { GrowingText } from '../kernel/growing-text';
import { countUpTo } from '../metering/long-count';
import type { TokenCounter } from '../metering/token-counter';

const TOLERANCE = 2;
const PIECE_MIN = 1_024;

export class OutputWatch {
  private readonly ceiling: number;
  private countedTo = 0;
  private counted = 0;
  private nextCountAt: number;

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
    if (this.roomIn(output) > 0) return false;
    this.counted += countUpTo(this.counter, output.text.slice(this.countedTo), this.ceiling - this.counted);
    this.countedTo = output.length;
    this.nextCountAt = Math.max(this.ceiling - this.counted, PIECE_MIN);
    return this.counted > this.ceiling;
  }
}
