/** The AI SDK, with its provider for OpenAI-compatible services. */
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { PROTOCOLS } from '../../../src/routing/catalog';
import { talkingThrough, told } from '../../support/clients/ai-sdk';
import { KEY } from '../../support/clients/client-bed';
import { converse } from '../../support/clients/conversations';

converse(
  'AI SDK, OpenAI-compatible',
  PROTOCOLS,
  ({ baseUrl }, { fetch }, apiKey = KEY) =>
    talkingThrough(
      createOpenAICompatible({ name: 'forge', baseURL: baseUrl, apiKey, fetch, includeUsage: true, supportsStructuredOutputs: true }),
    ),
  told,
);
