/** A number with what it counts, for people: `1 token`, `2 tokens`, `3 batches`. */
export function counted(count: number | bigint, one: string, many = `${one}s`): string {
  return `${count} ${String(count) === '1' ? one : many}`;
}
