/** The AI SDK, with its provider for Anthropic. */
import { createAnthropic } from '@ai-sdk/anthropic';
import { talkingThrough, told } from '../../support/clients/ai-sdk';
import { KEY } from '../../support/clients/client-bed';
import { converse } from '../../support/clients/conversations';

converse(
  'AI SDK, Anthropic',
  ['openai', 'anthropic', 'gemini'],
  ({ baseUrl }, { fetch }, apiKey = KEY) => talkingThrough(createAnthropic({ baseURL: baseUrl, apiKey, fetch })),
  told,
);
