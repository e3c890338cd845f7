/** Seals batches in the background, some time after they were written, and what is written once beside them. Any number of processes may do it on one database. */

import { BackgroundWork } from '../../kernel/background-work';
import type { Clock } from '../../kernel/clock';
import { leastIdAt } from '../../kernel/ids';
import type { Log } from '../../kernel/log';
import type { SealedBlock, SealRange } from './seal-batches';

export interface SealerParts {
  readonly seal: (range: SealRange) => Promise<SealedBlock | null>;
  readonly clock: Clock;
  readonly log: Log;
}

const EVERY_MS = 10_000;
/** A batch is sealed when it is this old, so that blocks are few and in order as a rule. Nothing depends on it. */
const DELAY_MS = 30_000;
/** How far back one look reaches behind the look before it: an older id turns up when a clock is wrong. */
const LOOK_BACK_MS = 600_000;
/** Every so many looks, one goes back to the very first batch, and to everything that was written beside them. */
const WHOLE_LOOK_EVERY = 360;

export class Sealer extends BackgroundWork {
  private looks = 0;
  private lookedUntil = 0;

  constructor(private readonly parts: SealerParts) {
    super({ everyMs: EVERY_MS, problem: 'batches could not be sealed', log: parts.log });
  }

  /** Seals everything that is old enough. */
  protected async work(): Promise<void> {
    const until = this.parts.clock.now() - DELAY_MS;
    const since = this.looks % WHOLE_LOOK_EVERY === 0 ? 0 : this.lookedUntil - LOOK_BACK_MS;
    const after = since === 0 ? '' : leastIdAt(since);
    const before = leastIdAt(until);
    // Each block begins where the one before it ended: a long arrear would be read from its start for every one of them.
    for (let from = after; ; ) {
      const block = await this.parts.seal({ after: from, before, since });
      if (block === null) break;
      from = block.lastId;
      // The log is a copy of the chain's head outside of the database.
      this.parts.log.info({ block: String(block.seq), batches: block.batches, facts: block.facts, hash: block.hash }, 'sealed');
      if (this.stopped) return;
    }
    this.looks += 1;
    this.lookedUntil = until;
  }
}
