/**
 * Carries one run from where it stands to its end, or to where it has to pause. Every step is written before the next one
 * begins, so that another process can go on from any of them: what is completed is never paid for again.
 */
import { Fault } from '../kernel/fault';
import { invariant } from '../kernel/invariant';
import { rateHoldersOf } from '../keys/rate-holders';
import type { LedgerReader } from '../ledger/ledger-reader';
import type { RunStore } from '../runs/run-store';
import { AT_ONCE } from './estimate';
import { doomedSections, endOf, readySections } from './next-steps';
import { OutputRoom } from './output-room';
import { endReason, pageOf, reportInputOf } from './report-of';
import type { ResearchStore } from './research-store';
import type { ResearchRun } from './run';
import { SectionTries, type TriesEnd, type TryMeans, type TryState } from './section-tries';
import { type SectionSpec, sectionsOf } from './sections/section';
import { RunGone, WrittenRun } from './written-run';

export interface AdvanceMeans extends TryMeans {
  readonly research: ResearchStore;
  readonly reader: Pick<LedgerReader, 'spendOf' | 'receipt'>;
  readonly runs: Pick<RunStore, 'sums'>;
  /** Wakes whoever follows the run. */
  readonly ring: (runId: string) => void;
}

const TEXT_MAX = 500;

/** One run while this process carries it on. */
export class Drive implements TryState {
  isGone = false;
  endings = 0;
  private readonly running = new Map<string, Promise<void>>();
  private readonly plan: readonly SectionSpec[];
  private tries: SectionTries | null = null;
  private stopping = false;
  private broken: unknown = null;
  /** Why a section could not be paid for. It is tried again when another one has ended: that gives back what it reserved. */
  private parked: string | null = null;
  private atOnce = AT_ONCE;
  private startedAt = this.research.run.startedAt;

  constructor(
    private readonly means: AdvanceMeans,
    private readonly research: ResearchRun,
    private readonly owner: string,
  ) {
    this.plan = sectionsOf(research.mode);
  }

  get isOver(): boolean {
    return this.isGone || this.stopping;
  }

  /**
   * The run is not this process's any more: nothing is written. Its calls come to their end, because whoever goes on with the run waits
   * for them, and uses what they are charged for.
   */
  lose(): void {
    this.isGone = true;
  }

  /** Nobody goes on with the run: its calls are cut. */
  cut(): void {
    this.lose();
    this.tries?.cut();
  }

  /** Begins no further try; calls in flight come to their end. */
  stop(): void {
    this.stopping = true;
  }

  /** Resolves when nothing of it runs any more. @throws whatever broke; another try may then begin where this one ended */
  async run(): Promise<void> {
    try {
      const written = await this.begin();
      const room = new OutputRoom(await this.means.research.profiles(this.research.mode));
      this.tries = new SectionTries(this.means, written, this, room);
      while (!this.isOver) {
        await this.skipDoomed(written);
        this.startReady(written, this.tries);
        if (this.running.size === 0) break;
        await Promise.race(this.running.values());
      }
      await Promise.all(this.running.values());
      if (!this.isOver) await this.finish(written);
    } catch (error) {
      this.failed(error);
      await Promise.all(this.running.values());
    }
    if (this.broken !== null) throw this.broken;
  }

  private async begin(): Promise<WrittenRun> {
    const { clock } = this.means.gateway;
    this.atOnce = await this.atOnceOf(this.research.run.apiKeyId);
    const written = await WrittenRun.load({ ...this.means, now: clock.now }, this.research, this.owner);
    const at = clock.now();
    this.startedAt ??= at;
    if (this.research.run.status === 'RUNNING') await written.write({}, { kind: 'RUN_TAKEN_OVER' });
    else await written.write({ status: { to: 'RUNNING', reason: null, at } }, { kind: 'RUN_STARTED' });
    return written;
  }

  /** More than the key, or its account, has slots for would only be refused, with a receipt each, once a second. */
  private async atOnceOf(keyId: string): Promise<number> {
    try {
      const { key } = await this.means.gateway.keys.recognise({ keyId });
      return Math.min(AT_ONCE, ...rateHoldersOf(key).map(({ limits }) => limits.concurrency ?? AT_ONCE));
    } catch (error) {
      // What is wrong with the key is for its calls to say.
      if (error instanceof Fault) return AT_ONCE;
      throw error;
    }
  }

  private async skipDoomed(written: WrittenRun): Promise<void> {
    for (;;) {
      const [spec] = doomedSections(this.plan, written.states());
      if (spec === undefined) return;
      const missing = spec.after
        .map((name) => written.section({ name }))
        .filter(({ status }) => status === 'FAILED' || status === 'SKIPPED');
      const error = `It reads what could not be written: ${missing.map(({ title }) => title).join(', ')}.`;
      await written.change(spec, { status: 'SKIPPED', error }, { kind: 'SECTION_SKIPPED', message: error });
    }
  }

  private startReady(written: WrittenRun, tries: SectionTries): void {
    if (this.parked !== null) return;
    const ready = readySections(this.plan, written.states(), new Set(this.running.keys()));
    for (const spec of ready.slice(0, Math.max(0, this.atOnce - this.running.size))) {
      const done = tries
        .advance(spec)
        .then((end) => this.ended(end))
        .catch((error: unknown) => this.failed(error))
        .finally(() => this.running.delete(spec.name));
      this.running.set(spec.name, done);
    }
  }

  /** What breaks at one section is no reason to cut, and to pay for in vain, what the others were asked for. */
  private failed(error: unknown): void {
    if (error instanceof RunGone) return this.lose();
    this.broken ??= error;
    this.stop();
  }

  private ended(end: TriesEnd): void {
    if (end.kind === 'ended') {
      this.endings += 1;
      this.parked = null;
    }
    // What has ended since that try gave back what it had reserved: there may be enough by now.
    if (end.kind === 'parked' && end.endings === this.endings) this.parked = end.reason;
  }

  private async finish(written: WrittenRun): Promise<void> {
    const at = this.means.gateway.clock.now();
    if (this.parked !== null) {
      const reason = this.parked.slice(0, TEXT_MAX);
      return written.write({ status: { to: 'PAUSED', reason, at } }, { kind: 'RUN_PAUSED', message: reason });
    }
    const to = endOf(written.states());
    invariant(to !== null, 'a run without a section that can be run has ended');
    const reason = endReason(written.sections)?.slice(0, TEXT_MAX) ?? null;
    const { startedAt } = this;
    const ended = { ...this.research, run: { ...this.research.run, status: to, statusReason: reason, startedAt, finishedAt: at } };
    const input = await reportInputOf(this.means, ended, written.sections, written.briefing);
    await written.write({ status: { to, reason, at }, report: pageOf(input) }, { kind: 'RUN_ENDED', message: reason });
    await this.means.research.learn(ended.run.id).catch((err: unknown) => {
      this.means.gateway.log.warn({ err, run: ended.run.id }, 'a finished run could not be added to the estimates');
    });
  }
}
