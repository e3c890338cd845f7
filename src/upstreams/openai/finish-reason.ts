/** Why a choice has ended; null: it goes on. Some servers say that with an empty text in every chunk, or with the word for nothing. */
export function finishReason(value: unknown): string | null {
  return typeof value === 'string' && value !== '' && value !== 'null' ? value : null;
}
