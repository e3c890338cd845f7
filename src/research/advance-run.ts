/**
 * Carries one run from where it stands to its end, or to where it has to pause. Every step is written before the next one
 * begins, so that another process can go on from any of them: what is completed is never paid for again.
 */
import type { Interruption } from '../attempts/run-attempts';
import { newId } from '../kernel/ids';
import { Interrupt } from '../kernel/interrupt';
import { invariant } from '../kernel/invariant';
import type { SectionStatus } from '../kernel/words';
import type { LedgerReader } from '../ledger/ledger-reader';
import type { RunStore } from '../runs/run-store';
import { type Called, callModel, type ResearchGateway } from './call-section';
import { AT_ONCE, TRIES_MAX } from './estimate';
import { formerCall } from './former-call';
import { spentOf } from './manage-research';
import type { Briefing } from './market-data';
import { doomedSections, endOf, readySections } from './next-steps';
import { endReason, pageOf, reportInputOf } from './report-of';
import type { ResearchStep, ResearchStore } from './research-store';
import type { ResearchEventKind, ResearchRun, ResearchSection } from './run';
import { readSection } from './sections/read-section';
import { type SectionSpec, sectionsOf } from './sections/section';
import { type Prompts, sectionRequest } from './sections/section-request';

export interface AdvanceMeans {
  readonly gateway: ResearchGateway;
  readonly research: ResearchStore;
  readonly reader: Pick<LedgerReader, 'spendOf' | 'receipt'>;
  readonly runs: Pick<RunStore, 'sums'>;
  readonly prompts: Prompts;
  /** Wakes whoever follows the run. */
  readonly ring: (runId: string) => void;
  /** Counts a call among those in flight, so that a stop waits for it; gives what takes it out again. */
  readonly enter: (interrupt: (reason: Interruption) => void) => () => void;
}

/** Unwinds what works on a run that is somebody else's by now, or nobody's. */
class RunGone extends Error {}

const BACKOFF_MS = 200;
const TEXT_MAX = 500;

type SectionChange = Omit<NonNullable<ResearchStep['section']>, 'id'>;
type Said = { readonly kind: ResearchEventKind; readonly message: string | null };

export class Drive {
  private readonly sections = new Map<string, ResearchSection>();
  private readonly running = new Map<string, Promise<void>>();
  private readonly interrupts = new Set<Interrupt<Interruption>>();
  /** What was wrong with the last answer of a section: it is told to the model. */
  private readonly unfit = new Map<string, string>();
  private readonly plan: readonly SectionSpec[];
  private gone = false;
  private stopping = false;
  private broken: unknown = null;
  /** Why a section could not be paid for. It is tried again when another one has ended: that gives back what it reserved. */
  private parked: string | null = null;
  /** How many sections have ended here, and how many had when the try of a section began. */
  private endings = 0;
  private readonly endingsBefore = new Map<string, number>();
  private briefing: Briefing | null = null;

  constructor(
    private readonly means: AdvanceMeans,
    private readonly research: ResearchRun,
    private readonly owner: string,
  ) {
    this.plan = sectionsOf(research.mode);
  }

  /** The run is not this process's any more: its calls are cut, and nothing is written. */
  lose(): void {
    this.gone = true;
    for (const interrupt of this.interrupts) interrupt.happen('CLIENT_GONE');
  }

  /** Begins no further try; calls in flight come to their end. */
  stop(): void {
    this.stopping = true;
  }

  /** Resolves when nothing of it runs any more. @throws whatever broke; another try may then begin where this one ended */
  async run(): Promise<void> {
    try {
      await this.begin();
      while (!this.isOver) {
        await this.skipDoomed();
        this.startReady();
        if (this.running.size === 0) break;
        await Promise.race(this.running.values());
      }
      await Promise.all(this.running.values());
      if (!this.isOver) await this.finish();
    } catch (error) {
      this.lose();
      await Promise.all(this.running.values());
      if (!(error instanceof RunGone)) throw error;
    }
    if (this.broken !== null) throw this.broken;
  }

  private get isOver(): boolean {
    return this.gone || this.stopping;
  }

  private async begin(): Promise<void> {
    const { id, status } = this.research.run;
    for (const section of (await this.means.research.sections([id])).get(id) ?? []) this.sections.set(section.name, section);
    this.briefing = await this.means.research.briefing(id);
    if (status === 'RUNNING') return this.write({}, { kind: 'RUN_TAKEN_OVER', message: null });
    const at = this.means.gateway.clock.now();
    await this.write({ status: { to: 'RUNNING', reason: null, at } }, { kind: 'RUN_STARTED', message: null });
  }

  private async skipDoomed(): Promise<void> {
    for (let doomed = this.doomed(); doomed.length > 0; doomed = this.doomed()) {
      for (const spec of doomed) {
        const missing = spec.after.filter((name) => ['FAILED', 'SKIPPED'].includes(this.section(name).status));
        const error = `It reads what could not be written: ${missing.map((name) => this.section(name).title).join(', ')}.`;
        await this.change(spec, { status: 'SKIPPED', error }, { kind: 'SECTION_SKIPPED', message: error });
      }
    }
  }

  private doomed(): SectionSpec[] {
    return doomedSections(this.plan, this.states());
  }

  private startReady(): void {
    if (this.parked !== null) return;
    const ready = readySections(this.plan, this.states(), new Set(this.running.keys()));
    for (const spec of ready.slice(0, Math.max(0, AT_ONCE - this.running.size))) {
      const done = this.advance(spec)
        .catch((error: unknown) => {
          this.lose();
          if (!(error instanceof RunGone)) this.broken ??= error;
        })
        .finally(() => this.running.delete(spec.name));
      this.running.set(spec.name, done);
    }
  }

  /** One section, try after try, until it has ended or cannot go on now. */
  private async advance(spec: SectionSpec): Promise<void> {
    let called = await formerCall(this.means, this.research.run, this.section(spec.name), () => this.isOver);
    for (let over = false; !over; called = null) over = await this.take(spec, called ?? (await this.tryOnce(spec)));
  }

  private async tryOnce(spec: SectionSpec): Promise<Called> {
    if (this.isOver) return { kind: 'cut' };
    const section = this.section(spec.name);
    const callId = newId();
    const tries = section.tries + 1;
    const now = this.means.gateway.clock.now();
    const first = tries === 1;
    await this.change(
      spec,
      { status: first ? 'RUNNING' : 'RETRYING', tries, openCallId: callId, startedAt: section.startedAt ?? now },
      { kind: first ? 'SECTION_STARTED' : 'SECTION_RETRIED', message: null },
      callId,
    );
    this.endingsBefore.set(spec.name, this.endings);
    const interrupt = new Interrupt<Interruption>();
    const leave = this.means.enter((reason) => interrupt.happen(reason));
    this.interrupts.add(interrupt);
    try {
      return await callModel(this.means.gateway, this.research.run, callId, this.bodyFor(spec, section.model), interrupt);
    } finally {
      this.interrupts.delete(interrupt);
      leave();
    }
  }

  /** Writes down how a try ended. @returns whether the section is over for now */
  private async take(spec: SectionSpec, called: Called): Promise<boolean> {
    switch (called.kind) {
      case 'answered':
        return this.read(spec, called.text);
      case 'failed':
        return this.failed(spec, called.problem);
      case 'later':
        await this.undo(spec);
        await this.means.gateway.clock.sleep(called.afterMs);
        return this.isOver;
      case 'stopped':
        await this.undo(spec);
        // What has ended meanwhile gave back what it had reserved: there may be enough by now.
        if (this.endingsBefore.get(spec.name) === this.endings) this.parked = called.reason;
        return true;
      case 'cut':
        if (!this.gone) await this.undo(spec);
        return true;
    }
  }

  private async read(spec: SectionSpec, text: string): Promise<boolean> {
    const reading = readSection(spec, text);
    if (!reading.ok) {
      this.unfit.set(spec.name, reading.problem);
      return this.failed(spec, `The answer does not fit: ${reading.problem}`);
    }
    const { openCallId } = this.section(spec.name);
    await this.change(
      spec,
      { ...ENDED_TRY, status: 'COMPLETED', content: reading.content, callId: openCallId, error: null, finishedAt: this.now() },
      { kind: 'SECTION_COMPLETED', message: null },
    );
    this.hasEnded();
    return true;
  }

  private async failed(spec: SectionSpec, problem: string): Promise<boolean> {
    const { tries } = this.section(spec.name);
    const error = problem.slice(0, TEXT_MAX);
    if (tries >= TRIES_MAX) {
      await this.change(
        spec,
        { ...ENDED_TRY, status: 'FAILED', error, finishedAt: this.now() },
        { kind: 'SECTION_FAILED', message: error },
      );
      this.hasEnded();
      return true;
    }
    await this.change(spec, { ...ENDED_TRY, status: 'RETRYING', error }, { kind: 'TRY_FAILED', message: error });
    await this.means.gateway.clock.sleep(BACKOFF_MS * tries);
    return this.isOver;
  }

  private hasEnded(): void {
    this.endings += 1;
    this.parked = null;
  }

  /** A try that was none: nothing was answered, and it was not the section's fault. */
  private undo(spec: SectionSpec): Promise<void> {
    const { tries, openCallId } = this.section(spec.name);
    if (openCallId === null) return Promise.resolve();
    const left = Math.max(0, tries - 1);
    return this.change(spec, { ...ENDED_TRY, status: left === 0 ? 'PENDING' : 'RETRYING', tries: left }, null);
  }

  private async finish(): Promise<void> {
    const at = this.now();
    if (this.parked !== null) {
      const reason = this.parked.slice(0, TEXT_MAX);
      return this.write({ status: { to: 'PAUSED', reason, at } }, { kind: 'RUN_PAUSED', message: reason });
    }
    const to = endOf(this.states());
    invariant(to !== null, 'a run without a section that can be run has ended');
    const sections = [...this.sections.values()];
    const reason = endReason(sections)?.slice(0, TEXT_MAX) ?? null;
    const ended = { ...this.research, run: { ...this.research.run, status: to, statusReason: reason, finishedAt: at } };
    const input = await reportInputOf(this.means, ended, sections, this.briefing);
    await this.write({ status: { to, reason, at }, report: pageOf(input) }, { kind: 'RUN_ENDED', message: reason });
    await this.means.research.learn(this.research.run.id).catch((err: unknown) => {
      this.means.gateway.log.warn({ err, run: this.research.run.id }, 'a finished run could not be added to the estimates');
    });
  }

  private bodyFor(spec: SectionSpec, model: string): object {
    invariant(this.briefing !== null, 'a run that is carried on has its data');
    const earlier = new Map([...this.sections].flatMap(([name, { content }]) => (content === null ? [] : [[name, content] as const])));
    const { messages, responseFormat } = sectionRequest(this.means.prompts, spec, this.briefing, earlier);
    const problem = this.unfit.get(spec.name);
    const again = `Your last answer could not be used: ${problem}. Answer once more, with JSON that fits the schema and nothing else.`;
    const limit = this.means.gateway.catalog.current().models.get(model)?.maxOutputTokens ?? spec.outputTokens;
    return {
      model,
      messages: problem === undefined ? messages : [...messages, { role: 'user', content: again }],
      response_format: responseFormat,
      max_completion_tokens: Math.min(spec.outputTokens, limit),
    };
  }

  private async change(spec: SectionSpec, change: SectionChange, said: Said | null, call?: string): Promise<void> {
    const section = this.section(spec.name);
    await this.write({ section: { id: section.id, ...change }, ...(call === undefined ? {} : { call }) }, said, section.id);
    this.sections.set(spec.name, { ...section, ...change });
  }

  private async write(step: Omit<ResearchStep, 'runId' | 'owner' | 'event'>, said: Said | null, sectionId: string | null = null) {
    const { research, ring } = this.means;
    const { run } = this.research;
    const event = said === null ? null : { ...said, at: this.now(), sectionId, spent: await spentOf(this.means, run) };
    const written = await research.write({ runId: run.id, owner: this.owner, ...step, ...(event === null ? {} : { event }) });
    if (written !== 'written') throw new RunGone(`the run ${run.id} is not carried on here: ${written}`);
    ring(run.id);
  }

  private section(name: string): ResearchSection {
    const section = this.sections.get(name);
    invariant(section !== undefined, `the run has a section ${name}`);
    return section;
  }

  private states(): ReadonlyMap<string, SectionStatus> {
    return new Map([...this.sections].map(([name, { status }]) => [name, status]));
  }

  private now(): number {
    return this.means.gateway.clock.now();
  }
}

const ENDED_TRY = { openCallId: null } as const;
