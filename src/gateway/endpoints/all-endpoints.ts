/** Every endpoint that is served. */
import { chatCompletions } from './chat-completions';
import { completions } from './completions';
import { embeddings } from './embeddings';
import type { Endpoint } from './endpoint';
import { images } from './images';
import { countTokens, messages } from './messages';
import { moderations } from './moderations';
import { responses } from './responses';
import { speech } from './speech';
import { transcriptions } from './transcriptions';

export const ENDPOINTS: readonly Endpoint[] = [
  chatCompletions,
  completions,
  countTokens,
  embeddings,
  images,
  messages,
  moderations,
  responses,
  speech,
  transcriptions,
];
