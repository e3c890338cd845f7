/** One section, try after try, until it has ended or cannot go on now. Each try is written down before its call is made, and after. */
import type { Interruption } from '../attempts/attempt-job';
import { newId } from '../kernel/ids';
import { Interrupt } from '../kernel/interrupt';
import type { LedgerReader } from '../ledger/ledger-reader';
import { type Called, callModel, type ResearchGateway } from './call-section';
import { TRIES_MAX } from './estimate';
import { formerCall } from './former-call';
import type { OutputRoom } from './output-room';
import { sectionBody } from './section-body';
import { readSection } from './sections/read-section';
import type { SectionSpec } from './sections/section';
import type { Prompts } from './sections/section-request';
import type { SectionChange, WrittenRun } from './written-run';

export interface TryMeans {
  readonly gateway: ResearchGateway;
  readonly reader: Pick<LedgerReader, 'receipt'>;
  readonly prompts: Prompts;
  /** Counts a call among those in flight, so that a stop waits for it; gives what takes it out again. */
  readonly enter: (interrupt: (reason: Interruption) => void) => () => void;
}

/** What the tries of a run share. */
export interface TryState {
  /** No further try begins. */
  readonly isOver: boolean;
  /** The run is not this process's any more. */
  readonly isGone: boolean;
  /** How many sections have ended here so far. */
  readonly endings: number;
}

/** `parked`: nothing could pay for it when so many sections had ended. */
export type TriesEnd = { readonly kind: 'ended' | 'cut' } | { readonly kind: 'parked'; readonly reason: string; readonly endings: number };

const BACKOFF_MS = 200;
/** Channels that are restarted or full are back within seconds; a section that failed takes with it what was paid for those that it reads. */
const UNHEARD_BACKOFF_MS = 1_500;
const LOOK_AGAIN_MS = 250;
const TEXT_MAX = 500;
const NO_OPEN_CALL = { openCallId: null } as const;
const ENDED: TriesEnd = { kind: 'ended' };
const CUT: TriesEnd = { kind: 'cut' };

export class SectionTries {
  private readonly interrupts = new Set<Interrupt<Interruption>>();
  /** What was wrong with the last answer of a section: it is told to the model. */
  private readonly unfit = new Map<string, string>();
  /** Models of which a provider rejected a request with a schema. */
  private readonly schemaless = new Set<string>();

  constructor(
    private readonly means: TryMeans,
    private readonly written: WrittenRun,
    private readonly state: TryState,
    private readonly room: OutputRoom,
  ) {}

  /** Cuts the calls in flight: they end by the policy of calls whose client has left. */
  cut(): void {
    for (const interrupt of this.interrupts) interrupt.happen('CLIENT_GONE');
  }

  /** @throws RunGone, and whatever broke */
  async advance(spec: SectionSpec): Promise<TriesEnd> {
    let called = await formerCall(this.means, this.written.research.run, this.written.section(spec), () => this.state.isOver);
    // It may still be charged for: it stays written down, and whoever goes on waits for it.
    if (called?.kind === 'cut') return CUT;
    for (;;) {
      const { endings } = this.state;
      const end = await this.take(spec, called ?? (await this.tryOnce(spec)), endings);
      if (end !== null) return end;
      called = null;
    }
  }

  private async tryOnce(spec: SectionSpec): Promise<Called> {
    if (this.state.isOver) return { kind: 'cut' };
    const { gateway, enter } = this.means;
    const { tries, startedAt, model } = this.written.section(spec);
    const callId = newId();
    const begun: SectionChange = { tries: tries + 1, openCallId: callId, startedAt: startedAt ?? gateway.clock.now() };
    if (tries === 0) await this.written.change(spec, { ...begun, status: 'RUNNING' }, { kind: 'SECTION_STARTED' }, callId);
    else await this.written.change(spec, { ...begun, status: 'RETRYING' }, { kind: 'SECTION_RETRIED' }, callId);
    const interrupt = new Interrupt<Interruption>();
    const leave = enter((reason) => interrupt.happen(reason));
    this.interrupts.add(interrupt);
    try {
      return await callModel(gateway, this.written.research.run, callId, this.bodyFor(spec, model), interrupt);
    } finally {
      this.interrupts.delete(interrupt);
      leave();
    }
  }

  /** Writes down how a try ended. null: another one follows. */
  private async take(spec: SectionSpec, called: Called, endings: number): Promise<TriesEnd | null> {
    switch (called.kind) {
      case 'answered':
        return this.read(spec, called);
      case 'failed':
        if (called.why === 'rejected') this.schemaless.add(this.written.section(spec).model);
        return this.failed(spec, called.problem, called.why === 'unheard' ? UNHEARD_BACKOFF_MS : BACKOFF_MS);
      case 'later':
        await this.undo(spec);
        await this.pause(called.afterMs);
        return this.state.isOver ? CUT : null;
      case 'stopped':
        await this.undo(spec);
        return { kind: 'parked', reason: called.reason, endings };
      case 'cut':
        if (!this.state.isGone) await this.undo(spec);
        return CUT;
    }
  }

  private async read(spec: SectionSpec, { text, wasCut }: Extract<Called, { kind: 'answered' }>): Promise<TriesEnd | null> {
    const reading = readSection(spec, text);
    if (!reading.ok) return wasCut ? this.cutOff(spec, text) : this.unfitting(spec, reading.problem);
    const { openCallId: callId } = this.written.section(spec);
    const done = { ...NO_OPEN_CALL, content: reading.content, callId, error: null, finishedAt: this.means.gateway.clock.now() };
    await this.written.change(spec, { ...done, status: 'COMPLETED' }, { kind: 'SECTION_COMPLETED' });
    return ENDED;
  }

  /** Where there is no more room, an answer that had begun is asked for once more, shorter; after that the same cut would only be paid again. */
  private cutOff(spec: SectionSpec, text: string): Promise<TriesEnd | null> {
    const { model, error } = this.written.section(spec);
    const { problem, isLast } = this.room.cutOff(spec);
    this.room.widen(spec, model);
    const inVain = isLast && (text.trim() === '' || error === unfit(problem));
    return this.unfitting(spec, problem, inVain);
  }

  private unfitting(spec: SectionSpec, problem: string, inVain = false): Promise<TriesEnd | null> {
    this.unfit.set(spec.name, problem);
    return this.failed(spec, unfit(problem), BACKOFF_MS, inVain);
  }

  /** `inVain`: a further try would only be paid for. */
  private async failed(spec: SectionSpec, problem: string, backoffMs = BACKOFF_MS, inVain = false): Promise<TriesEnd | null> {
    const { clock } = this.means.gateway;
    const { tries } = this.written.section(spec);
    const error = problem.slice(0, TEXT_MAX);
    if (inVain || tries % TRIES_MAX === 0) {
      const given = { ...NO_OPEN_CALL, error, finishedAt: clock.now() };
      await this.written.change(spec, { ...given, status: 'FAILED' }, { kind: 'SECTION_FAILED', message: error });
      return ENDED;
    }
    await this.written.change(spec, { ...NO_OPEN_CALL, status: 'RETRYING', error }, { kind: 'TRY_FAILED', message: error });
    await this.pause(backoffMs * (tries % TRIES_MAX));
    return this.state.isOver ? CUT : null;
  }

  /** For so long, or until no further try begins: whoever stops waits for it, and a rate can take a minute. */
  private async pause(ms: number): Promise<void> {
    for (let left = ms; left > 0 && !this.state.isOver; left -= LOOK_AGAIN_MS) {
      await this.means.gateway.clock.sleep(Math.min(left, LOOK_AGAIN_MS));
    }
  }

  /** A try that was none: nothing was answered, and it was not the section's fault. */
  private async undo(spec: SectionSpec): Promise<void> {
    const { tries, openCallId } = this.written.section(spec);
    if (openCallId === null) return;
    const left = Math.max(0, tries - 1);
    await this.written.change(spec, { ...NO_OPEN_CALL, status: left === 0 ? 'PENDING' : 'RETRYING', tries: left }, null);
  }

  private bodyFor(spec: SectionSpec, model: string): object {
    const { gateway, prompts } = this.means;
    const former = { problem: this.unfit.get(spec.name) ?? null, schemaRejected: this.schemaless.has(model) };
    const most = gateway.catalog.current().models.get(model)?.maxOutputTokens ?? spec.outputTokens;
    const limit = this.room.take(spec, model, most, this.written.section(spec).error);
    return sectionBody({ prompts, briefing: this.written.briefing }, spec, this.written.contents(), { model, limit }, former);
  }
}

function unfit(problem: string): string {
  return `The answer does not fit: ${problem}`;
}
