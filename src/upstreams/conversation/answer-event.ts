/**
 * What a model answers, piece by piece, in words that belong to no provider. A whole answer is the same list of events, all
 * at once. Adapters make them; the writers of `chat-answer.ts` and `messages-answer.ts` put them into the client's shape.
 */
import type { AttemptFailure } from '../../attempts/upstream';
import type { Usage } from '../../metering/usage';

/**
 * `complete`: the model had said what it wanted. `stop-sequence`: one of the client's. `length`: the output limit or the
 * context window. `tool-calls`: it waits for results. `filtered`: the provider withheld the rest. `refused`: the model would
 * not. `paused`: the provider wants the turn given back to go on.
 */
export type StopCause = 'complete' | 'stop-sequence' | 'length' | 'tool-calls' | 'filtered' | 'refused' | 'paused';

export type AnswerEvent =
  /** First, and once. */
  | { readonly kind: 'head'; readonly id: string | null; readonly model: string | null }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'reasoning'; readonly text: string }
  /** The signature of the reasoning before it: that piece has ended. */
  | { readonly kind: 'reasoning-signature'; readonly signature: string }
  /** A piece of reasoning that only its provider can read. */
  | { readonly kind: 'redacted-reasoning'; readonly data: string }
  /** `call` counts the calls of the answer from zero. */
  | { readonly kind: 'tool-call-begin'; readonly call: number; readonly id: string; readonly name: string; readonly signature?: string }
  /** A piece of the JSON text of its arguments. */
  | { readonly kind: 'tool-call-arguments'; readonly call: number; readonly text: string }
  | { readonly kind: 'refusal'; readonly text: string }
  /** All that is known by now: a later one takes the place of an earlier one. Before the stop, or after it. */
  | {
      readonly kind: 'usage';
      readonly usage: Usage;
      /** true: it says where the answer stands, and never counts for one that has ended. */
      readonly soFar?: boolean;
    }
  /** Once. `sequence`: the stop sequence that was met, where it is known. */
  | { readonly kind: 'stop'; readonly cause: StopCause; readonly sequence: string | null };

/** What a piece of a provider's answer says. */
export interface Decoded {
  readonly events: readonly AnswerEvent[];
  /** The provider reports an error, or what it sent is none of its protocol: nothing after it counts. */
  readonly failure?: AttemptFailure;
  /** The provider says that the answer is complete. */
  readonly ended?: boolean;
}

/** The text in an event that a token count is made from. */
export function outputTextOfEvent(event: AnswerEvent): string {
  switch (event.kind) {
    case 'text':
    case 'reasoning':
    case 'refusal':
    case 'tool-call-arguments':
      return event.text;
    case 'tool-call-begin':
      return event.name;
    default:
      return '';
  }
}
