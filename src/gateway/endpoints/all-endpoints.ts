/** Every endpoint that is served. */
import { chatCompletions } from './chat-completions';
import { completions } from './completions';
import { embeddings } from './embeddings';
import type { Endpoint } from './endpoint';
import { images } from './images';
import { moderations } from './moderations';
import { responses } from './responses';
import { speech } from './speech';
import { transcriptions } from './transcriptions';

export const ENDPOINTS: readonly Endpoint[] = [
  chatCompletions,
  completions,
  embeddings,
  images,
  moderations,
  responses,
  speech,
  transcriptions,
];
