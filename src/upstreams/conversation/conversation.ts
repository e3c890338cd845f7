/**
 * What a client asks of a model, in words that belong to no provider. Requests are read into it where the client speaks one
 * protocol and the channel another; where both speak the same one the bytes pass through and nothing of this is made.
 */

/** Bytes that came along, or where a provider finds them itself. */
export type MediaSource =
  | { readonly kind: 'base64'; readonly mediaType: string; readonly data: string }
  | { readonly kind: 'url'; readonly url: string };

export interface TextPart {
  readonly kind: 'text';
  readonly text: string;
}

export interface ImagePart {
  readonly kind: 'image';
  readonly source: MediaSource;
  /** How closely it is to be looked at; null leaves it to the provider. */
  readonly detail: 'low' | 'high' | null;
}

export interface AudioPart {
  readonly kind: 'audio';
  readonly source: MediaSource;
}

export interface DocumentPart {
  readonly kind: 'document';
  readonly source: MediaSource | { readonly kind: 'text'; readonly text: string };
  /** The name of the file, or the title of the document. */
  readonly name: string | null;
}

/** What a client tells the model in the middle of a conversation, as it does in `system` before it: not what a user says. */
export interface InstructionPart {
  readonly kind: 'instruction';
  readonly text: string;
}

/** A call that the model made in an earlier turn. */
export interface ToolCallPart {
  readonly kind: 'tool-call';
  readonly id: string;
  readonly name: string;
  /** JSON as the model wrote it: not checked. Empty: it wrote none. */
  readonly argumentsText: string;
  /** Opaque, for the provider that made it; null: it sent none. */
  readonly signature: string | null;
}

export interface ToolResultPart {
  readonly kind: 'tool-result';
  readonly callId: string;
  /** Of the tool, found by the id of the call; null when no earlier turn has that call. */
  readonly name: string | null;
  readonly content: readonly (TextPart | ImagePart | DocumentPart)[];
  readonly isError: boolean;
}

/** What the model thought in an earlier turn. Only a signed one may be given back to the provider that signed it. */
export interface ReasoningPart {
  readonly kind: 'reasoning';
  /** Empty when it is hidden. */
  readonly text: string;
  readonly signature: string | null;
  /** The whole of it, sealed by the provider; null: it is readable. */
  readonly redacted: string | null;
}

export type UserPart = TextPart | ImagePart | AudioPart | DocumentPart | InstructionPart | ToolResultPart;
export type AssistantPart = TextPart | ToolCallPart | ReasoningPart;

/** Turns need not alternate, but no two neighbours have the same role. The results of calls stand before what else a user says. */
export type Turn =
  | { readonly role: 'user'; readonly parts: readonly UserPart[] }
  | { readonly role: 'assistant'; readonly parts: readonly AssistantPart[] };

export interface Tool {
  readonly name: string;
  readonly description: string | null;
  /** JSON schema of the arguments, an object; null: the tool takes none. */
  readonly schema: Readonly<Record<string, unknown>> | null;
  /** The arguments must keep to the schema. */
  readonly strict: boolean;
}

/** `required`: some tool must be called. */
export type ToolChoice = { readonly kind: 'auto' | 'none' | 'required' } | { readonly kind: 'named'; readonly name: string };

export type AnswerFormat =
  | { readonly kind: 'text' }
  | { readonly kind: 'json' }
  | {
      readonly kind: 'schema';
      readonly name: string | null;
      readonly description: string | null;
      readonly schema: Readonly<Record<string, unknown>>;
      readonly strict: boolean;
    };

export type ReasoningEffort = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max';

/** How much is to be thought: by effort, by a budget of tokens, or as much as the model finds right. null members were not said. */
export interface ReasoningWish {
  readonly effort: ReasoningEffort | null;
  readonly budgetTokens: number | null;
}

/** null members were not set by the client: what the provider does by itself is then meant. */
export interface Conversation {
  /** The member names of the client, for words that it reads: what it calls a thing. */
  readonly dialect: 'chat' | 'messages';
  readonly system: readonly string[];
  readonly turns: readonly Turn[];
  readonly tools: readonly Tool[];
  readonly toolChoice: ToolChoice | null;
  /** false: at most one call in an answer. */
  readonly parallelToolCalls: boolean | null;
  readonly format: AnswerFormat;
  readonly outputLimit: number | null;
  readonly temperature: number | null;
  readonly topP: number | null;
  readonly topK: number | null;
  readonly stopSequences: readonly string[];
  /** null: nothing was said of it. */
  readonly reasoning: ReasoningWish | null;
  readonly seed: number | null;
  /** Zero counts as not set. */
  readonly presencePenalty: number | null;
  readonly frequencyPenalty: number | null;
  /** How many answers are asked for. */
  readonly choices: number;
  /** How many alternatives of each token are to be told; null: none, and no probabilities either. */
  readonly topLogprobs: number | null;
  /** The operator's customer's own user, as the client names it. */
  readonly endUser: string | null;
  /** The prompt is to be kept for the next turn, by a provider that does so only where it is told. */
  readonly keepPrompt: boolean;
}

/** A request that has something which no conversation can say: which member, and why. A sentence without a subject: "`x` has no …". */
export interface Inexpressible {
  readonly obstacle: string;
}

export type ConversationReading = { readonly conversation: Conversation } | Inexpressible;
