/** Large answers whose clients have not taken them yet: those that never read would otherwise keep more than the process has. */
import type { ServerResponse } from 'node:http';
import { SMALL_ANSWER_BYTES } from '../bodies/answer-room';
import type { KeptForSlow } from '../bodies/kept-for-slow';

export class UntakenAnswers {
  constructor(private readonly kept: KeptForSlow) {}

  /**
   * A response that is about to end with so many bytes. Its connection is closed when others need the memory, and it has waited for longest
   * with most. What is small is left to `closeUntaken`.
   */
  watch(response: ServerResponse, bytes: number): void {
    if (bytes <= SMALL_ANSWER_BYTES) return;
    const keeping = this.kept.enter(() => response.destroy());
    const leave = () => keeping.leave();
    response.once('finish', leave).once('close', leave);
    keeping.add(bytes);
  }
}
