/** A request of Gemini, ready to be sent, and how its answer is read. */
import type { Channel } from '../../routing/catalog';
import type { AnswerFrame, ClientShape } from '../conversation/client-shape';
import type { JsonRecord } from '../json';
import type { Understanding } from './readers';

export interface Wanted {
  readonly body: JsonRecord;
  /** How a whole answer is understood. */
  understand(channel: Channel, frame: AnswerFrame): Understanding;
}

interface WantedStream {
  readonly shape: ClientShape;
  /** At most one call in an answer. */
  readonly oneCall: boolean;
}

export type Asked =
  | (Wanted & { readonly streamed: false; readonly method: 'generateContent' | 'countTokens' | 'batchEmbedContents' })
  | (Wanted & { readonly streamed: true; readonly method: 'streamGenerateContent' } & WantedStream);
