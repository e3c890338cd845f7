/** A model call of a section: through the same flow as every other one, as the run's API key, attached to the run. */
import type { Interruption } from '../attempts/attempt-job';
import type { AnswerSink, CompletionRequest, Gateway } from '../gateway/completion-request';
import type { AnswerArchive, KeptAnswer } from '../gateway/ending/kept-answer';
import { chatCompletions } from '../gateway/endpoints/chat-completions';
import { readIdempotencyKey } from '../gateway/reading/request-headers';
import { serveCompletion } from '../gateway/serve-completion';
import type { Clock } from '../kernel/clock';
import { Fault } from '../kernel/fault';
import type { FaultCode } from '../kernel/fault-codes';
import type { Interrupted } from '../kernel/interrupt';
import { isRecord } from '../kernel/record';
import { WITHIN } from '../keys/authenticate';
import type { Run } from '../runs/run';
import { wayOnAfter } from './stopping-faults';

/** The flow, with an archive: an answer that was paid for is not lost with the process that asked for it. */
export type ResearchGateway = Gateway & { readonly archive: AnswerArchive };

/**
 * `answered`: with a text, or with as much of one as the output limit left. `failed`: one more try may help; `unheard`: of a channel that
 * answers again by then, `rejected`: that asks for less. `later`: nothing was tried, and nobody is to blame. `stopped`: nothing helps until somebody
 * does what the reason says. `cut`: the run or the process ends.
 */
export type Called =
  | { readonly kind: 'answered'; readonly text: string; readonly wasCut: boolean }
  | { readonly kind: 'failed'; readonly problem: string; readonly why?: 'unheard' | 'rejected' }
  | { readonly kind: 'later'; readonly afterMs: number }
  | { readonly kind: 'stopped'; readonly reason: string }
  | { readonly kind: 'cut' };

const LATER_MS = 1_000;

const WHY: Partial<Record<FaultCode, 'unheard' | 'rejected'>> = {
  upstream_failed: 'unheard',
  upstream_timeout: 'unheard',
  upstream_rejected: 'rejected',
  feature_unsupported: 'rejected',
};

/** Makes the call whose request id and Idempotency-Key is `callId`. */
export async function callModel(
  gateway: ResearchGateway,
  run: Pick<Run, 'id' | 'apiKeyId'>,
  callId: string,
  body: object,
  signal: Interrupted<Interruption>,
): Promise<Called> {
  const request = requestFor(gateway.clock, run, callId, body);
  const sink = new CollectingSink();
  try {
    await serveCompletion(gateway, request, sink, signal);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    sink.fail(error);
  }
  // It was interrupted and answered all the same: what is paid for is used.
  if (sink.fault === null) return answered(sink.text);
  return signal.reason === null ? calledOf(sink.fault) : { kind: 'cut' };
}

/** As a client of the run's own would send it. */
function requestFor(clock: Clock, run: Pick<Run, 'id' | 'apiKeyId'>, callId: string, body: object): CompletionRequest {
  return {
    id: callId,
    endpoint: chatCompletions,
    credential: { keyId: run.apiKeyId },
    body: Buffer.from(JSON.stringify(body)),
    routeHeader: null,
    deadlineHeader: null,
    from: WITHIN,
    runHeader: run.id,
    idempotencyKey: callId,
    receivedAt: clock.now(),
    receivedTick: clock.monotonic(),
  };
}

/** The answer that a call was charged for, where its process died before it could be written down; null: there is none. */
export async function keptAnswer(
  { archive, clock }: Pick<ResearchGateway, 'archive' | 'clock'>,
  apiKeyId: string,
  callId: string,
): Promise<Called | null> {
  const idempotence = readIdempotencyKey(callId, apiKeyId, chatCompletions.path, Buffer.alloc(0));
  const kept = idempotence === null ? null : await archive.find(idempotence.id, clock.now());
  return kept === null || kept.requestId !== callId ? null : answered(kept.text);
}

interface Answered {
  readonly choices?: readonly {
    readonly message?: { readonly content?: unknown; readonly refusal?: unknown };
    readonly finish_reason?: unknown;
  }[];
}

function answered(body: string): Called {
  const [choice] = (JSON.parse(body) as Answered).choices ?? [];
  const { content, refusal } = choice?.message ?? {};
  // Models that think first can come to their limit before they have written a word.
  const wasCut = choice?.finish_reason === 'length';
  if (typeof refusal === 'string' && refusal !== '') return { kind: 'failed', problem: `the model refused: ${refusal}` };
  if (choice?.finish_reason === 'content_filter')
    return { kind: 'failed', problem: 'a content filter of the provider kept the answer back' };
  const text = textOf(content);
  if (text !== null) return { kind: 'answered', text, wasCut };
  return wasCut ? { kind: 'answered', text: '', wasCut } : { kind: 'failed', problem: 'the answer has no text' };
}

/** A text, or the texts among the parts that some models answer in, with their thoughts beside them; null: there is none. */
function textOf(content: unknown): string | null {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return null;
  const texts = content.filter(isRecord).flatMap(({ type, text }) => (type === 'text' && typeof text === 'string' ? [text] : []));
  return texts.length === 0 ? null : texts.join('');
}

function calledOf(fault: Fault): Called {
  const { code, publicMessage } = fault;
  const wayOn = wayOnAfter(fault);
  if (wayOn !== undefined) return { kind: 'stopped', reason: `${publicMessage} ${wayOn}` };
  if (code === 'rate_limit_exceeded' || code === 'temporarily_unavailable') {
    return { kind: 'later', afterMs: fault.detail.retryAfterS === undefined ? LATER_MS : fault.detail.retryAfterS * 1_000 };
  }
  const ofRun = fault.detail.param === 'x-forge-run';
  if (ofRun || code === 'client_gone' || code === 'gateway_stopping') return { kind: 'cut' };
  const why = WHY[code];
  return { kind: 'failed', problem: publicMessage, ...(why === undefined ? {} : { why }) };
}

const NOT_ASKED_FOR = new Fault('internal_error', 'A section is asked for as a whole text.');

/** Takes a whole answer, or the fault in its place. */
class CollectingSink implements AnswerSink {
  readonly started = false;
  text = '';
  fault: Fault | null = null;

  announce(): void {
    // The receipt says the route.
  }

  announceRates(): void {
    // Nobody reads headers here.
  }

  write(): boolean {
    return true;
  }

  whenReady(): Promise<void> {
    return Promise.resolve();
  }

  finishWhole(text: string): void {
    this.text = text;
  }

  writeBytes(): boolean {
    return true;
  }

  finishStream(): void {
    this.fail(NOT_ASKED_FOR);
  }

  finishAudio(): void {
    this.fail(NOT_ASKED_FOR);
  }

  giveAgain({ text }: KeptAnswer): void {
    this.text = text;
  }

  fail(fault: Fault): void {
    this.fault = fault;
  }
}
