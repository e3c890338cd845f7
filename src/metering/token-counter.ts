/** The port that counts tokens where a provider sent no usage. Never used for the hold, whose bound must be certain. */
export interface TokenCounter {
  /** Tokens of a text by a common vocabulary: a fair count, not the provider's own. */
  count(text: string): number;
}
