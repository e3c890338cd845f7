/** The body of the call that has a section written. */
import type { Briefing } from './market-data';
import type { SectionContent } from './sections/read-section';
import type { SectionSpec } from './sections/section';
import { type FormerTries, type Prompts, sectionRequest } from './sections/section-request';

export type CallBody = Readonly<Record<string, unknown>>;

/** @param contents what is written of the report */
export function sectionBody(
  { prompts, briefing }: { readonly prompts: Prompts; readonly briefing: Briefing },
  spec: SectionSpec,
  contents: ReadonlyMap<string, SectionContent>,
  { model, limit }: { readonly model: string; readonly limit: number },
  former?: FormerTries,
): CallBody {
  const { messages, responseFormat } = sectionRequest(prompts, spec, briefing, contents, former);
  return {
    ...{ model, messages },
    ...(responseFormat === null ? {} : { response_format: responseFormat }),
    max_completion_tokens: limit,
  };
}
