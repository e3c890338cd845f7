/**
 * Recovery among several processes: beat, watch the others, and end the holds of those that died. On connections of
 * its own, so that a busy ledger never makes a living process look dead. From death to the end of its holds it takes
 * about 12 s.
 */
import type { Clock } from '../../../kernel/clock';
import { onceAMinute } from '../../../kernel/once-a-minute';
import { MINUTE_MS } from '../../../kernel/times';
import type { LedgerStore } from '../../../ledger/ledger-store';
import { endOrphans, type SweepLog } from '../abandoned';
import { FORGOTTEN_AT_ONCE } from '../checkpoint-text';
import { forgetProgress, progressOf } from './mysql-checkpoints';
import type { Exchange, MysqlConnections } from './mysql-connections';
import type { DoubtfulBatches } from './mysql-doubt';
import { beat, declareDead, markClean, openHoldsOf, orphanedHolds, registerProcess, type Silent, silentProcesses } from './mysql-process';
import type { OwnHolds } from './own-holds';

export interface RecoveryTimings {
  readonly beatEveryMs: number;
  /** Without a heartbeat for this long by the database's clock, a process is suspected. */
  readonly silentMs: number;
  /** Suspected and unchanged for this long, while this process itself beats without a miss, it is dead. */
  readonly watchedMs: number;
}

export const RECOVERY_TIMINGS: RecoveryTimings = { beatEveryMs: 1_000, silentMs: 6_000, watchedMs: 4_000 };

const PRUNE_EVERY_MS = 30_000;
/** How long holds that could not be ended are left alone: each look at them takes transactions, and a line of the log each. */
const STUCK_MS = 10 * MINUTE_MS;

export interface RecoveryPorts {
  readonly beating: MysqlConnections;
  /** Apart from the heartbeat, which must never wait for a sweep. */
  readonly sweeping: MysqlConnections;
  readonly store: LedgerStore;
  readonly doubtful: DoubtfulBatches;
  /** Left out: no hold of this process is looked for whose end was lost. */
  readonly ownHolds?: OwnHolds;
  readonly owner: string;
  readonly clock: Clock;
  readonly log: SweepLog;
  /** Called once, when another process has declared this one dead: it must place no hold any more. */
  readonly onFenced: () => void;
  readonly timings: RecoveryTimings;
  /** As `LedgerOptions.beforeSweep`. */
  readonly beforeSweep?: ((store: LedgerStore) => Promise<unknown>) | undefined;
}

export class MysqlRecovery {
  private readonly suspects = new Map<string, { readonly heartbeatAt: string; readonly since: number }>();
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private beatFailed = false;
  private sweeping: Promise<void> | null = null;
  private stopped = false;
  private fenced = false;
  /** When the last heartbeat that was written was begun; monotonic. */
  private beatAt = this.ports.clock.monotonic();
  /** The same by the wall clock. */
  private beatAtWall = this.ports.clock.now();
  private underway: Promise<boolean> | null = null;
  private prunedAt = this.ports.clock.monotonic();
  private readonly stuck = new Set<string>();
  private stuckAt = this.ports.clock.monotonic();
  /** Tried again every second, for as long as the database is away. */
  private readonly tellBeat = onceAMinute(this.ports.clock, (err: unknown) => {
    this.ports.log.warn({ err }, 'the heartbeat could not be written');
  });
  private readonly tellSweep = onceAMinute(this.ports.clock, (err: unknown) => {
    this.ports.log.warn({ err }, 'the holds of processes that are gone could not be ended; trying again');
  });

  constructor(private readonly ports: RecoveryPorts) {}

  /**
   * Whether this process may be taken for dead by others, or was: it has not beaten for as long as makes one suspected. It
   * must place no hold then. By the monotonic clock, which goes on while a process is stopped.
   */
  get isSilent(): boolean {
    return this.fenced || this.ports.clock.monotonic() - this.beatAt >= this.ports.timings.silentMs;
  }

  /**
   * Whether others count this process among the living; one that may have slept beats before it says so. By both clocks: the monotonic one
   * goes on while a process is stopped, and stands still on many machines that sleep. Never rejects.
   */
  async isLiving(): Promise<boolean> {
    const sleptMs = this.ports.clock.now() - this.beatAtWall;
    if (!this.isSilent && sleptMs < this.ports.timings.silentMs) return true;
    return !this.fenced && (await this.beatNow().catch(() => false));
  }

  /** Whether the last heartbeat could be written: a server may answer and take nothing, with a full disk or as a replica. */
  get isBeating(): boolean {
    return !this.beatFailed;
  }

  /** Counts this process among the living, and goes on until `stop`. */
  async start(): Promise<void> {
    this.noteBeat(this.ports.clock.monotonic(), this.ports.clock.now());
    await this.on((exchange) => registerProcess(exchange, this.ports.owner));
    this.next();
  }

  /** Leaves in good order. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
    await this.sweeping;
    await this.on((exchange) => markClean(exchange, this.ports.owner)).catch((err) => {
      this.ports.log.warn({ err }, 'the process could not be signed off from the database');
    });
  }

  /** One round: a heartbeat, a look at the others, and a sweep beside it. Never rejects. */
  async round(): Promise<void> {
    try {
      if (!(await this.beatNow())) return;
      this.beatFailed = false;
      await this.watch();
    } catch (err) {
      // Who cannot beat cannot judge: the others may be silent for the same reason.
      this.beatFailed = true;
      this.suspects.clear();
      this.tellBeat(err);
      return;
    }
    this.sweeping ??= this.sweep().finally(() => {
      this.sweeping = null;
    });
  }

  /** Resolves when no sweep is running. */
  async settled(): Promise<void> {
    await this.sweeping;
  }

  private next(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.running = this.round().then(() => this.next());
    }, this.ports.timings.beatEveryMs);
    this.timer.unref();
  }

  /** One heartbeat for all who ask. False: this process was declared dead, and has been told. */
  private beatNow(): Promise<boolean> {
    this.underway ??= this.writeBeat().finally(() => {
      this.underway = null;
    });
    return this.underway;
  }

  private async writeBeat(): Promise<boolean> {
    const { clock, owner } = this.ports;
    const [began, beganWall] = [clock.monotonic(), clock.now()];
    const isCounted = await this.on((exchange) => beat(exchange, owner));
    if (isCounted) this.noteBeat(began, beganWall);
    else this.fence();
    return isCounted;
  }

  private noteBeat(at: number, wall: number): void {
    this.beatAt = at;
    this.beatAtWall = wall;
  }

  private fence(): void {
    if (this.fenced) return;
    this.fenced = true;
    this.ports.log.error({ owner: this.ports.owner }, 'another process declared this one dead: it was silent for too long');
    this.ports.onFenced();
  }

  private async watch(): Promise<void> {
    const { clock, owner, timings } = this.ports;
    const silent = (await this.on((exchange) => silentProcesses(exchange, timings.silentMs))).filter(({ id }) => id !== owner);
    this.forgetAllBut(silent);
    for (const process of silent) {
      const known = this.suspects.get(process.id);
      if (known?.heartbeatAt !== process.heartbeatAt) this.suspects.set(process.id, { ...process, since: clock.monotonic() });
      else if (clock.monotonic() - known.since >= timings.watchedMs + (process.isAhead ? timings.silentMs : 0)) await this.bury(process);
    }
  }

  private forgetAllBut(silent: readonly Silent[]): void {
    const ids = new Set(silent.map(({ id }) => id));
    for (const id of this.suspects.keys()) if (!ids.has(id)) this.suspects.delete(id);
  }

  private async bury(process: Silent): Promise<void> {
    this.suspects.delete(process.id);
    if (await this.on((exchange) => declareDead(exchange, process))) {
      this.ports.log.warn({ process: process.id }, 'a gateway process is dead: its open holds are being ended');
    }
  }

  private async sweep(): Promise<void> {
    const { clock, doubtful, log, owner, ownHolds, store, sweeping } = this.ports;
    try {
      await doubtful.settle(sweeping);
      await this.ports.beforeSweep?.(store);
      this.tryStuckAgain();
      const lost = (await ownHolds?.lostEnds(clock.monotonic(), () => sweeping.use((exchange) => openHoldsOf(exchange, owner)))) ?? [];
      const swept = await endOrphans({
        store,
        log,
        lost,
        stuck: this.stuck,
        now: () => clock.now(),
        orphans: (limit, except) => sweeping.use((exchange) => orphanedHolds(exchange, limit, except, lost)),
        progressOf: (holdIds) => sweeping.use((exchange) => progressOf(exchange, holdIds)),
      });
      if (swept.settled + swept.released > 0) log.warn({ ...swept }, 'ended the open holds of processes that are gone');
      await this.prune();
    } catch (err) {
      this.tellSweep(err);
    }
  }

  /** Somebody may have mended them. */
  private tryStuckAgain(): void {
    const now = this.ports.clock.monotonic();
    if (now - this.stuckAt < STUCK_MS) return;
    this.stuckAt = now;
    this.stuck.clear();
  }

  /** Checkpoints of holds that have ended are of no use to anybody. */
  private async prune(): Promise<void> {
    const now = this.ports.clock.monotonic();
    if (now - this.prunedAt < PRUNE_EVERY_MS) return;
    this.prunedAt = now;
    while (!this.stopped && (await this.ports.sweeping.use((exchange) => forgetProgress(exchange))) === FORGOTTEN_AT_ONCE);
  }

  private on<T>(work: (exchange: Exchange) => Promise<T>): Promise<T> {
    return this.ports.beating.use(work);
  }
}
