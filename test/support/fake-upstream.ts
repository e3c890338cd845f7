/** An upstream that answers what the test says, channel by channel, and writes down what it was asked. */
import type {
  AnswerFacts,
  AnswerReceiver,
  AttemptFailure,
  Operation,
  Upstream,
  UpstreamCall,
  UpstreamExchange,
  UpstreamResult,
} from '../../src/attempts/upstream';
import { providerUsage } from '../../src/metering/usage';

/** What a channel does with one call. `frames`: events that are delivered before the end. */
export interface Act {
  readonly frames?: readonly string[];
  /** A second of audio each, handed on as it is; with them the answer is audio. */
  readonly audio?: readonly Buffer[];
  readonly failure?: Partial<AttemptFailure>;
  /** The body of a whole answer. */
  readonly text?: string;
  readonly usage?: { readonly input: number; readonly output: number } | 'missing';
  /** Waits for this after the frames. */
  readonly until?: Promise<unknown>;
  /** The provider had sent its usage before it failed. */
  readonly keepsUsage?: boolean;
}

const ANSWER = '{"id":"1","choices":[{"message":{"content":"fine"}}],"usage":{"prompt_tokens":7,"completion_tokens":3}}';

const EVERYTHING: readonly Operation[] = [
  'chat',
  'messages',
  'completions',
  'embeddings',
  'moderations',
  'responses',
  'images',
  'speech',
  'transcriptions',
];

export class FakeUpstream implements Upstream {
  readonly operations = new Set(EVERYTHING);
  readonly calls: UpstreamCall[] = [];
  readonly cuts: string[] = [];
  private readonly acts: Map<string, Act[]>;

  constructor(
    acts: Readonly<Record<string, readonly Act[]>>,
    private readonly onSend: () => void,
  ) {
    this.acts = new Map(Object.entries(acts).map(([channel, each]) => [channel, [...each]]));
  }

  send(call: UpstreamCall, receiver: AnswerReceiver): UpstreamExchange {
    this.onSend();
    this.calls.push(call);
    const act = this.acts.get(call.channel.id)?.shift() ?? {};
    let cut: () => void = () => undefined;
    const whenCut = new Promise<'cut'>((resolve) => {
      cut = () => {
        this.cuts.push(call.channel.id);
        resolve('cut');
      };
    });
    return { result: this.play(call, act, receiver, whenCut), facts: () => factsOf(call, act), cut };
  }

  private async play(call: UpstreamCall, act: Act, receiver: AnswerReceiver, whenCut: Promise<'cut'>): Promise<UpstreamResult> {
    await Promise.resolve();
    for (const frame of act.frames ?? []) receiver.receive(`data: ${JSON.stringify(frame)}\n\n`, frame);
    for (const piece of act.audio ?? []) receiver.receiveBytes(piece, 'audio/mpeg');
    const ended = await Promise.race([whenCut, act.until]);
    const facts = factsOf(call, act);
    if (ended === 'cut') return { ok: false, failure: aFailure({ kind: 'cut' }), facts: { ...facts, usage: undefined } };
    if (act.failure !== undefined) {
      const usage = act.keepsUsage === true ? facts.usage : undefined;
      return { ok: false, failure: aFailure(act.failure), facts: { ...facts, usage } };
    }
    if (act.audio !== undefined) return { ok: true, answer: { kind: 'audio', rest: Buffer.of(0), contentType: 'audio/mpeg' }, facts };
    const answer = call.stream
      ? { kind: 'stream' as const, usageChunk: null, head: { id: '1' } }
      : { kind: 'whole' as const, text: act.text ?? ANSWER };
    return { ok: true, answer, facts };
  }
}

function factsOf(call: UpstreamCall, act: Act): AnswerFacts {
  const usage = act.usage ?? { input: 7, output: 3 };
  return {
    providerStatus: act.failure === undefined ? 200 : (act.failure.status ?? null),
    upstreamRequestId: 'up-1',
    reportedModel: `${call.upstreamModel}-reported`,
    usage: usage === 'missing' ? undefined : providerUsage(usage),
    outputText: call.stream ? (act.frames ?? []).join('') : 'fine',
    firstByteMs: 1,
    ...(act.audio !== undefined && { audio: audioOf(act.audio) }),
  };
}

function audioOf(pieces: readonly Buffer[]) {
  return { bytes: pieces.reduce((sum, piece) => sum + piece.length, 0), milliseconds: pieces.length * 1_000 };
}

/** A failure that the provider told, but for what is said of it. */
export function aFailure(failure: Partial<AttemptFailure>): AttemptFailure {
  return { kind: 'provider_error', status: null, message: 'scripted', code: null, type: null, ...failure };
}
