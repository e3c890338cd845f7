/** The port to providers. One implementation for each wire protocol; all of them deliver answers in the shape of the client's endpoint. */
import type { UsageClasses } from '../kernel/classes';
import type { Form } from '../kernel/form';
import type { JsonMember } from '../kernel/json-members';
import type { Usage } from '../metering/usage';
import type { Channel } from '../routing/catalog';

/** What a provider is asked to do. */
export type Operation =
  | 'chat'
  | 'messages'
  | 'count-tokens'
  | 'completions'
  | 'embeddings'
  | 'moderations'
  | 'responses'
  | 'images'
  | 'speech'
  | 'transcriptions';

/** A request as the client sent it: the bytes, and what they say. */
export interface RequestBody {
  /** Valid JSON, an object at the top. Adapters edit a copy in place and keep everything else as it stands. Empty for a form. */
  readonly text: string;
  /** Where the members of the text stand. */
  readonly members: readonly JsonMember[];
  /** Of a form: its fields, as texts. */
  readonly json: Readonly<Record<string, unknown>>;
  /** Set where a form was uploaded in place of JSON. */
  readonly form?: Form;
}

export interface UpstreamCall {
  readonly operation: Operation;
  readonly channel: Channel;
  /** Sent in place of the model that the client named. */
  readonly upstreamModel: string;
  readonly body: RequestBody;
  readonly stream: boolean;
  /** The output limit per choice to set, or null to leave the body's own. */
  readonly outputLimit: number | null;
  /** Output tokens, over all choices, that the hold covers: the limit to set where a protocol needs one and the client set none. */
  readonly outputBound: number;
  /** What the client wants of the protocol beyond its version, as it said it: for adapters to choose from. Left out: nothing. */
  readonly betas?: string | undefined;
}

/** A request as far as it decides whether a protocol can carry it. */
export type AskedOfUpstream = Pick<UpstreamCall, 'operation' | 'body' | 'stream' | 'upstreamModel'>;

/** Takes the answer of a stream as it arrives. */
export interface AnswerReceiver {
  /**
   * Events with fewer characters of output text than these can be handed over together. The one with which they would be as many is
   * handed over by itself: it may be too much, and then it is lost alone.
   */
  readonly room: number;
  /**
   * One or more whole server-sent events, framed and ready to be written, and the output text in them. Usage events and
   * the end marker are never among them; `audioBytes` of audio are. False: the client is slow, and nothing may follow before
   * `whenReady` resolves.
   */
  receive(frames: string, outputText: string, audioBytes?: number): boolean;
  /** A part of an answer that is audio itself. False: as above. */
  receiveBytes(bytes: Buffer, contentType: string): boolean;
  whenReady(): Promise<void>;
  /** So many more bytes of a whole answer are kept until its request has ended. False: nothing may follow before `whenRoom` resolves. */
  keep(bytes: number): boolean;
  whenRoom(): Promise<void>;
}

/** Why an attempt failed, in words of ours. */
export type FailureKind =
  | 'connect_failed'
  | 'connection_lost'
  | 'connect_timeout'
  | 'first_byte_timeout'
  | 'idle_timeout'
  | 'total_timeout'
  | 'provider_error'
  | 'no_endpoint'
  | 'malformed_answer'
  | 'answer_too_large'
  | 'cut';

/** Whom a failure's own words blame: what this request says, what is offered to all of them, or the gateway's own machine. */
export type AtFault = 'request' | 'channel' | 'gateway';

/** An upstream failure. `cut` is one that the gateway made itself, through `UpstreamExchange.cut`. */
export interface AttemptFailure {
  readonly kind: FailureKind;
  /** HTTP status of the provider when it answered with one of 400 or more; null otherwise. */
  readonly status: number | null;
  /** The provider's own words, without secrets and hosts, at most 500 characters. */
  readonly message: string;
  /** The provider's own error code and type, where it sent them. */
  readonly code: string | null;
  readonly type: string | null;
  /** The member of the request that it names; left out: none. */
  readonly param?: string | undefined;
  /** Set where its words say it, whatever the status; left out: kind and status decide. */
  readonly atFault?: AtFault | undefined;
  /** Milliseconds until its rate limit is reset, where the provider said so; left out: it did not. */
  readonly resetMs?: number | undefined;
}

/** What is known of an answer, whole or broken. */
export interface AnswerFacts {
  readonly providerStatus: number | null;
  readonly upstreamRequestId: string | null;
  readonly reportedModel: string | null;
  /** As the provider counted it; undefined when it sent none, or none that can be read. */
  readonly usage: Usage | undefined;
  /** What it used beside tokens, also where the provider counted none. */
  readonly classes?: UsageClasses | undefined;
  /** All output text that arrived (content, reasoning, refusals, tool calls): what a count is made from. */
  readonly outputText: string;
  /** Audio that arrived, and how long it lasts as it is counted here. */
  readonly audio?: { readonly bytes: number; readonly milliseconds: number } | undefined;
  /** Milliseconds from sending to the first byte of the body (whole) or to the first event (stream). */
  readonly firstByteMs: number | null;
}

/** A whole answer: its body, as the provider sent it. */
export interface WholeAnswer {
  readonly kind: 'whole';
  readonly text: string;
  /** Of one that is no JSON. */
  readonly contentType?: string;
}

/** The end of a stream: the last usage event, kept back so that the cost can be added. */
export interface StreamEnd {
  readonly kind: 'stream';
  /** The parsed chunk that carried usage alone, or null when the provider sent none. */
  readonly usageChunk: Readonly<Record<string, unknown>> | null;
  /** `id`, `created` and `model` of the stream, to make a usage chunk from when there is none. */
  readonly head: Readonly<Record<string, unknown>>;
}

/** The end of audio that was handed on as it came: its last bytes, kept back so that it ends after its settlement. */
export interface AudioEnd {
  readonly kind: 'audio';
  readonly rest: Buffer;
  readonly contentType: string;
}

/** The end of a stream whose last event says everything again: kept back so that the cost can be added. */
export interface ClosingEvent {
  readonly kind: 'closing';
  /** The name of the event: `response.completed`; empty for one that came without. */
  readonly name: string;
  /** Its data, as the provider sent them: a JSON object. */
  readonly data: string;
  /** Whole events that go out behind it; left out: none. */
  readonly after?: string;
}

export type Answer = WholeAnswer | StreamEnd | ClosingEvent | AudioEnd;

export type UpstreamResult =
  | { readonly ok: true; readonly answer: Answer; readonly facts: AnswerFacts }
  | { readonly ok: false; readonly failure: AttemptFailure; readonly facts: AnswerFacts };

export interface UpstreamExchange {
  /** What is known of the answer so far. */
  facts(): AnswerFacts;
  /** Never rejects: every failure is a value. */
  readonly result: Promise<UpstreamResult>;
  /** Stops reading and closes the connection; the result is then a failure of kind `cut`, or what had arrived already. */
  cut(): void;
}

export interface Upstream {
  /** What it can be asked for; left out: chat completions alone. */
  readonly operations?: ReadonlySet<Operation>;
  /**
   * What of a request the protocol has no words for, as a sentence that names the member; null: nothing. Asked before anything is
   * held and before each try. Left out: it carries whatever it is asked for.
   */
  cannot?(asked: AskedOfUpstream): string | null;
  /** Sends at once. The receiver is used by streams alone. */
  send(call: UpstreamCall, receiver: AnswerReceiver): UpstreamExchange;
}

/** The adapters by protocol; a channel of a protocol without one is passed over. */
export type Upstreams = Readonly<Partial<Record<Channel['protocol'], Upstream>>>;
