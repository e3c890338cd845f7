import type { Operation } from '../../../attempts/upstream';
import { chat } from './chat';
import { completions } from './completions';
import { embeddings } from './embeddings';
import { images } from './images';
import { moderations } from './moderations';
import type { OpenAiEndpoint } from './openai-endpoint';
import { responses } from './responses';
import { speech } from './speech';
import { transcriptions } from './transcriptions';

/** What can be asked of a provider that speaks OpenAI's protocol. */
export const OPENAI_ENDPOINTS: Readonly<Partial<Record<Operation, OpenAiEndpoint>>> = {
  chat,
  completions,
  embeddings,
  images,
  moderations,
  responses,
  speech,
  transcriptions,
};
