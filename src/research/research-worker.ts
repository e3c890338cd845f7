/** Carries runs on: those that it is woken for, and those that wait, because their process died or nobody was woken. */
import { BackgroundWork } from '../kernel/background-work';
import { newId } from '../kernel/ids';
import type { Log } from '../kernel/log';
import { type AdvanceMeans, Drive } from './advance-run';
import type { ResearchLeases } from './research-store';
import { hasEnded } from './run';

/** Leases are prolonged and runs looked for this often: a small part of how long a lease lives. */
const EVERY_MS = 1_000;
/** How many runs one process carries on at a time. */
const RUNS_MAX = 16;

interface Carried {
  /** null as long as it is not certain that the run is this process's. */
  drive: Drive | null;
  /** Never rejects. */
  done: Promise<void>;
}

export class ResearchWorker extends BackgroundWork {
  private readonly owner = newId();
  private readonly carried = new Map<string, Carried>();

  constructor(
    private readonly means: AdvanceMeans & { readonly leases: ResearchLeases },
    private readonly log: Log,
  ) {
    super({ everyMs: EVERY_MS, problem: 'research runs could not be looked at', log });
  }

  /** Carries the run on, unless somebody does, or this process has its hands full. Resolves when it is done with it; never rejects. */
  readonly take = async (id: string): Promise<void> => {
    const before = this.carried.get(id);
    if (before !== undefined || this.stopped || this.carried.size >= RUNS_MAX) return before?.done;
    const carried: Carried = { drive: null, done: Promise.resolve() };
    this.carried.set(id, carried);
    carried.done = this.carry(id, carried);
    return carried.done;
  };

  /** Begins no further try. Calls in flight come to their end, and are written down. */
  override stop(): void {
    super.stop();
    for (const each of this.carried.values()) each.drive?.stop();
  }

  /** Resolves when nothing is carried on any more, after `stop`. */
  async idle(): Promise<void> {
    await Promise.all([...this.carried.values()].map(({ done }) => done));
  }

  protected async work(): Promise<void> {
    // Of a run that is being claimed just now nobody can tell whether it was lost.
    const mine = [...this.carried].flatMap(([id, { drive }]) => (drive === null ? [] : [{ id, drive }]));
    const kept = await this.means.leases.renew(
      mine.map(({ id }) => id),
      this.owner,
    );
    await this.lose(mine.filter(({ id }) => !kept.has(id)));
    const room = RUNS_MAX - this.carried.size;
    if (room <= 0) return;
    for (const id of await this.means.leases.waiting(room)) void this.take(id);
  }

  private async lose(lost: readonly { readonly id: string; readonly drive: Drive }[]): Promise<void> {
    for (const { drive } of lost) drive.lose();
    if (lost.length === 0) return;
    const found = await this.means.research.find(lost.map(({ id }) => id));
    for (const { id, drive } of lost) {
      const research = found.get(id);
      if (research === undefined || hasEnded(research.run.status)) drive.cut();
    }
  }

  private async carry(id: string, carried: Carried): Promise<void> {
    try {
      await this.claimed(id, carried);
    } catch (err) {
      // The lease runs out, and whoever looks then goes on where this ended.
      this.log.error({ err, run: id }, 'a research run could not be carried on; trying again');
    } finally {
      this.carried.delete(id);
    }
  }

  private async claimed(id: string, carried: Carried): Promise<void> {
    const { leases, research } = this.means;
    if (!(await leases.claim(id, this.owner))) return;
    const found = (await research.find([id])).get(id);
    if (found === undefined) return;
    carried.drive = new Drive(this.means, found, this.owner);
    if (this.stopped) carried.drive.stop();
    await carried.drive.run();
    await leases.release(id, this.owner);
  }
}
