import type { Operation } from '../../../attempts/upstream';
import { chat } from './chat';
import { completions } from './completions';
import { images } from './images';
import { listEndpoint, type OpenAiEndpoint } from './openai-endpoint';
import { responses } from './responses';
import { speech } from './speech';
import { transcriptions } from './transcriptions';

/** What can be asked of a provider that speaks OpenAI's protocol. */
export const OPENAI_ENDPOINTS: Readonly<Partial<Record<Operation, OpenAiEndpoint>>> = {
  chat,
  completions,
  embeddings: listEndpoint('/embeddings', 'data'),
  images,
  moderations: listEndpoint('/moderations', 'results'),
  responses,
  speech,
  transcriptions,
};
