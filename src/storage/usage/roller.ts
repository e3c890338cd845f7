/** Adds batches to the sums of usage in the background. Any number of processes may do it on one database. */

import { BackgroundWork } from '../../kernel/background-work';
import type { Log } from '../../kernel/log';

export interface RollerParts {
  /** Adds some batches. @returns how many; 0: there was nothing to add */
  readonly rollUp: () => Promise<number>;
  readonly log: Pick<Log, 'warn'>;
}

/** What is not added yet is counted where it is, at a cost that grows with it. Nothing else depends on this. */
const EVERY_MS = 2_000;

export class Roller extends BackgroundWork {
  constructor(private readonly parts: RollerParts) {
    super({ everyMs: EVERY_MS, problem: 'usage could not be added up', log: parts.log });
  }

  protected async work(): Promise<void> {
    while (!this.stopped && (await this.parts.rollUp()) > 0);
  }
}
