/** Adds batches to the sums of usage in the background. Any number of processes may do it on one database. */

import { BackgroundWork } from '../../kernel/background-work';
import type { Log } from '../../kernel/log';
import type { RolledUp } from './roll-up-batches';

export interface RollerParts {
  /** Adds some batches. @returns whether there are more */
  readonly rollUp: () => Promise<Pick<RolledUp, 'more'>>;
  readonly log: Pick<Log, 'warn'>;
}

/** What is not added yet is counted where it is, at a cost that grows with it. Nothing else depends on this. */
const EVERY_MS = 2_000;

export class Roller extends BackgroundWork {
  constructor(private readonly parts: RollerParts) {
    super({ everyMs: EVERY_MS, problem: 'usage could not be added up', log: parts.log });
  }

  /** Ends where no more were waiting, and not where none is left: under load there is always one that came meanwhile. */
  protected async work(): Promise<void> {
    while (!this.stopped && (await this.parts.rollUp()).more);
  }
}
