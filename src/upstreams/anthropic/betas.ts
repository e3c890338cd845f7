/**
 * What may be asked of Anthropic beyond the version of the protocol. Only what is told and billed in the tokens of the usage: others change
 * prices (longer contexts, faster answers, caches of an hour), keep files at the provider or run something there.
 */
const SERVED: ReadonlySet<string> = new Set([
  'claude-code-20250219',
  'context-management-2025-06-27',
  'effort-2025-11-24',
  'fine-grained-tool-streaming-2025-05-14',
  'interleaved-thinking-2025-05-14',
  'output-128k-2025-02-19',
  'structured-outputs-2025-11-13',
  'token-efficient-tools-2025-02-19',
]);

/** The header for those of `wanted` that are served; empty: for none. The rest is left out, and its members are the provider's to refuse. */
export function betaHeader(wanted: string | undefined): readonly string[] {
  if (wanted === undefined) return [];
  const served = wanted
    .split(',')
    .map((each) => each.trim())
    .filter((each) => SERVED.has(each));
  return served.length === 0 ? [] : ['anthropic-beta', served.join(',')];
}
