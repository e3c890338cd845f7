/** The adapters of all wire protocols: one without an adapter does not compile. */
import type { Upstreams } from '../attempts/upstream';
import type { Clock } from '../kernel/clock';
import { createAnthropicUpstream } from '../upstreams/anthropic/anthropic-upstream';
import { createGeminiUpstream } from '../upstreams/gemini/gemini-upstream';
import type { HttpClient } from '../upstreams/http-client';
import { createOpenAiUpstream } from '../upstreams/openai/openai-upstream';

export function openUpstreams({ dispatcherFor }: HttpClient, clock: Clock): Required<Upstreams> {
  const means = { dispatcherFor, clock };
  return { openai: createOpenAiUpstream(means), anthropic: createAnthropicUpstream(means), gemini: createGeminiUpstream(means) };
}
