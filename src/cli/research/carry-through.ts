/** A research run from the estimate to the receipt, as somebody at a terminal goes through it. */
import type { Clock } from '../../kernel/clock';
import type { RunStatus } from '../../kernel/words';
import { amountsText } from './amounts';
import { estimateText } from './estimate-text';
import { ask, follow, GatewayRefusal, type Reached, textAt } from './graph-client';
import type { Aim, Call } from './options';
import { eventLine, picture, type Standing, standingAfter } from './progress-text';
import * as queries from './queries';
import { receiptText } from './receipt-text';
import type { Terminal } from './terminal';
import { wayOn } from './way-on';
import { writeReport } from './write-report';

export interface Surroundings {
  readonly terminal: Terminal;
  readonly clock: Pick<Clock, 'sleep'>;
  /** Calls the listener for each Ctrl-C. @returns what ends that */
  readonly onInterrupt: (listener: () => void) => () => void;
  /** Ends the command at once; the run goes on without it. */
  readonly leave: () => void;
  /** Told the id of the run as soon as there is one. */
  readonly begun: (runId: string) => void;
}

const EXIT_CODES: Partial<Record<RunStatus, number>> = { COMPLETED: 0, PARTIAL: 2, PAUSED: 2 };
const FAILED = 1;
/** How long calls that a cancelled run had in flight are waited for, so that the receipt has what they are charged. */
const SETTLED_WAIT_MS = 15_000;
const LOOK_AGAIN_MS = 250;

/** For whoever leaves a run before its end. */
export function goesOn(runId: string): string {
  return `The run goes on. Follow it again with: npm run research -- --follow ${runId}`;
}

/** @returns the exit code of the command */
export async function carryThrough(call: Call, surroundings: Surroundings): Promise<number> {
  const run = await runOf(call, surroundings);
  if (run === null) return FAILED;
  surroundings.begun(run.id);
  return end(call, await untilEnd(call, run, surroundings), surroundings);
}

/** @throws Error that says how whoever cannot read on now, as while the key is paused, comes back to the run */
async function untilEnd(call: Call, run: queries.RunView, surroundings: Surroundings): Promise<queries.EndView> {
  try {
    await watch(call, run, surroundings);
    return await settled(call, run.id, surroundings.clock);
  } catch (cause) {
    const again = `What becomes of the run is told by: npm run research -- --follow ${run.id}`;
    throw new Error(`${(cause as Error).message}\n${again}`, { cause });
  }
}

/** The run to follow; null: nobody said yes. */
async function runOf(call: Call, surroundings: Surroundings): Promise<queries.RunView | null> {
  const { aim } = call;
  if (aim.kind === 'start') return started(call, aim, surroundings);
  if (aim.kind === 'follow') return existing(call, aim.runId);
  const budget = call.budget.length === 0 ? null : call.budget;
  return (await ask<{ resumeResearchRun: queries.RunView }>(call, queries.RESUME_RUN, { id: aim.runId, budget })).resumeResearchRun;
}

async function started(
  call: Call,
  { symbol, mode }: Extract<Aim, { kind: 'start' }>,
  surroundings: Surroundings,
): Promise<queries.RunView | null> {
  const { terminal } = surroundings;
  const apiKeyId = call.apiKeyId ?? (await ownKey(call));
  const input = { apiKeyId, symbol, mode };
  const asked = { input: call.budget.length === 0 ? input : { ...input, budget: call.budget } };
  const { researchEstimate } = await ask<{ researchEstimate: queries.EstimateView }>(call, queries.ESTIMATE_RUN, asked);
  terminal.print(estimateText(symbol, researchEstimate));
  if (!call.yes && (await terminal.confirm('Start?')) !== 'yes') {
    terminal.print(terminal.live ? 'Nothing was started.' : 'Nothing was started: nobody is there to ask, and --yes was not given.');
    return null;
  }
  // Whoever says yes has seen this ceiling and these warnings: what has changed since is not agreed to.
  const budget = call.budget.length === 0 ? researchEstimate.ceiling.map(({ bucket, amount }) => ({ bucket, amount })) : call.budget;
  const variables = { input: { ...input, budget, acknowledgeWarnings: call.yes || researchEstimate.warnings.length > 0 } };
  return unlessInterrupted(call, surroundings, async () => {
    return (await ask<{ startResearchRun: queries.RunView }>(call, queries.START_RUN, variables)).startResearchRun;
  });
}

/** What was asked for begins, and is paid for, also when nobody waits for it: a Ctrl-C meanwhile cancels it as soon as its id is known. */
async function unlessInterrupted(
  reached: Reached,
  { terminal, onInterrupt, leave }: Surroundings,
  start: () => Promise<queries.RunView>,
): Promise<queries.RunView> {
  let interrupted = false;
  const stopListening = onInterrupt(() => {
    if (interrupted) leave();
    interrupted = true;
    terminal.print('The run is being started, and is cancelled as soon as it has begun. Ctrl-C again leaves at once: it goes on then.');
  });
  try {
    const run = await start();
    if (interrupted) await ask(reached, queries.CANCEL_RUN, { id: run.id });
    return run;
  } finally {
    stopListening();
  }
}

async function ownKey(reached: Reached): Promise<string> {
  const { apiKeys } = await ask<{ apiKeys: readonly { readonly id: string; readonly name: string }[] }>(reached, queries.MY_KEYS);
  const [first, ...others] = apiKeys;
  if (first !== undefined && others.length === 0) return first.id;
  const names = apiKeys.map(({ id, name }) => `${id} (${name})`).join(', ');
  throw new GatewayRefusal(`Name the key that pays with --api-key: ${names === '' ? 'there is none' : names}.`);
}

async function existing(reached: Reached, id: string): Promise<queries.RunView> {
  const { researchRun } = await ask<{ researchRun: queries.RunView | null }>(reached, queries.READ_RUN, { id });
  if (researchRun === null) throw new GatewayRefusal(`There is no research run ${id} of this key.`);
  return researchRun;
}

/** Shows every event until the run ends or pauses. */
async function watch(call: Call, run: queries.RunView, surroundings: Surroundings): Promise<void> {
  const { terminal, clock, onInterrupt } = surroundings;
  let standing: Standing = { run, sections: run.sections.map(asNew), note: `Run ${run.id}` };
  const show = () => terminal.live && terminal.draw(picture(standing, terminal.columns));
  const lost = () => terminal.print('The connection was lost; the run goes on. Coming back …');
  const stopListening = onInterrupt(interruption(call, run.id, surroundings));
  if (!terminal.live) terminal.print(`Run ${run.id}`);
  show();
  try {
    for await (const event of follow(call, run.id, { clock, lost })) {
      standing = standingAfter(standing, event);
      if (!terminal.live) terminal.print(eventLine(event));
      show();
      if (event.kind === 'RUN_PAUSED' && (await existing(call, run.id)).status === 'PAUSED') return;
    }
  } finally {
    stopListening();
  }
}

/** The log is told from its first line: each section begins where it began. */
function asNew(section: queries.SectionView): queries.SectionView {
  return { ...section, status: 'PENDING', tries: 0, charge: [], error: null };
}

/** The first Ctrl-C cancels, where a person can be asked only after a yes; another one leaves the run alone and ends the command. */
function interruption(reached: Reached, id: string, { terminal, leave }: Surroundings): () => void {
  let cancelling = false;
  const goAway = () => {
    terminal.print(goesOn(id));
    leave();
  };
  const cancel = async () => {
    const answer = terminal.live ? await terminal.confirm('Cancel the run? What is completed stays, and is paid.') : 'yes';
    if (answer === 'gone') return goAway();
    cancelling = answer === 'yes';
    if (cancelling) await ask(reached, queries.CANCEL_RUN, { id });
  };
  return () => {
    if (cancelling) goAway();
    else cancel().catch((error: unknown) => terminal.print((error as Error).message));
  };
}

async function end(call: Call, run: queries.EndView, { terminal }: Pick<Surroundings, 'terminal'>): Promise<number> {
  const { id } = run;
  terminal.print(`\n${receiptText(run)}\n`);
  const way = wayOn(run);
  if (way !== null) terminal.print(way);
  if (run.report !== null) {
    // A run that paused has its page over REST, for its key alone.
    const html = run.reportHtml ?? (await textAt(call, `/v1/runs/${id}/report.html`).catch(() => null));
    const files = await writeReport(call.out, { symbol: run.symbol, runId: id, markdown: run.report, html });
    terminal.print(`Report: ${files.join(', ')}`);
  }
  return EXIT_CODES[run.status] ?? FAILED;
}

/** The run once its calls in flight are settled: those of a run that was cancelled are charged after its end. */
async function settled(call: Call, id: string, clock: Pick<Clock, 'sleep'>): Promise<queries.EndView> {
  for (let waited = 0; ; waited += LOOK_AGAIN_MS) {
    const { researchRun: run } = await ask<{ researchRun: queries.EndView }>(call, queries.READ_END, { id });
    if (amountsText(run.held) === '0' || waited >= SETTLED_WAIT_MS) return run;
    await clock.sleep(LOOK_AGAIN_MS);
  }
}
