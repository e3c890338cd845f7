/** The AI SDK, with its provider for Anthropic. */
import { createAnthropic } from '@ai-sdk/anthropic';
import { PROTOCOLS } from '../../../src/routing/catalog';
import { talkingThrough, told } from '../../support/clients/ai-sdk';
import { KEY } from '../../support/clients/client-bed';
import { converse } from '../../support/clients/conversations';

converse(
  'AI SDK, Anthropic',
  PROTOCOLS,
  ({ baseUrl }, { fetch }, apiKey = KEY) => talkingThrough(createAnthropic({ baseURL: baseUrl, apiKey, fetch })),
  told,
);
