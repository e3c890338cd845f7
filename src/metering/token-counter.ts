/** The port that counts tokens where a provider sent no usage. Never used for the hold, whose bound must be certain. */
export interface TokenCounter {
  /** Tokens of a text by a common vocabulary: a fair count, not the provider's own. */
  count(text: string): number;
}

/** A counter that loads what it counts with at the first count, where nobody asked it to before. */
export interface LoadableCounter extends TokenCounter {
  /** Nothing else goes on meanwhile, no stream and no heartbeat. @throws what keeps it from being loaded, as each count then does */
  load(): void;
}
