/**
 * What the flow has to know of an endpoint: how its requests are read, what bounds and counts their input, and where an
 * answer shows its cost. Everything else is the same for all of them.
 */
import type { Operation, RequestBody } from '../../attempts/upstream';
import type { PriceClass, UsageClasses } from '../../kernel/classes';
import type { Form } from '../../kernel/form';
import type { InputBoundModel } from '../../metering/input-bound';
import type { TokenCounter } from '../../metering/token-counter';
import type { Usage } from '../../metering/usage';

export type Json = Readonly<Record<string, unknown>>;

/** What a request asks for, as far as the gateway must know it. */
export interface Wanted {
  readonly model: string;
  readonly stream: boolean;
  /** The client asked for the usage event of a stream. */
  readonly wantsUsage: boolean;
  /** The limit that the client set per choice, in tokens. */
  readonly outputLimit: number | undefined;
  readonly choices: number;
  /** What is asked for beside tokens, as an upper bound. */
  readonly classes?: Pick<UsageClasses, 'images' | 'milliseconds' | 'characters'>;
}

/** One request that can be served. */
export interface ModelCall extends Wanted {
  readonly endpoint: Endpoint;
  readonly body: RequestBody;
}

/** What a price may have that something is sold by. */
export type Sold = PriceClass | 'input' | 'output' | 'perRequest';

export interface Endpoint {
  /** Where clients post: `/v1/chat/completions`. */
  readonly path: string;
  /** Requests are forms with files of at most so many bytes each; left out: they are JSON. */
  readonly uploads?: { readonly fileBytesMax: number };
  readonly operation: Operation;
  /** The members of a body that decide what a request may cost. */
  readonly decisive: ReadonlySet<string>;
  /** The model where the client names none; left out: it must name one. */
  readonly defaultModel?: string;
  /**
   * `limited`: a request may set how much is written, and so may the gateway. `fixed`: nobody can, and the hold covers the
   * model's maximum. `none`: an answer has no tokens of output.
   */
  readonly output: 'limited' | 'fixed' | 'none';
  /** What it is sold by: a price must have one of these, of which `input` and `output` count above zero; left out: any price does. */
  readonly needs?: readonly Sold[];
  /** @throws Fault `invalid_request` that names the member that is wrong, or that the gateway cannot serve */
  want(json: Json, model: string, form: Form | undefined): Wanted;
  /** An upper bound of the input tokens. */
  inputBound(json: Json, model: InputBoundModel): number;
  /** The input tokens as they are counted here, where the provider sends no usage. */
  countInput(json: Json, counter: TokenCounter): number;
  /** What an answer used beside what its provider counted, from the request; `known` is what the answer itself says beside tokens. */
  countBeside?(body: RequestBody, usage: Usage | undefined, known: UsageClasses | undefined): UsageClasses | undefined;
  /** Tokens of the pictures of an answer as they are counted here, where the provider sends no usage and nothing but tokens is sold. */
  countDrawn?(json: Json, known: UsageClasses | undefined): number;
  /** The `object` of the usage event of a stream, where one has to be made; left out: none is ever made. */
  readonly chunkObject?: string;
  /**
   * How a stream ends, and how an error is told: with a marker, with an event that says everything again, or as Anthropic does
   * (`message-stop`), whose errors have a shape of their own, also where nothing is streamed.
   */
  readonly ending: 'done-marker' | 'closing-event' | 'message-stop';
}
