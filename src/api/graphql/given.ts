/** The fields of an input that say something: null and left out mean the same. */
export function given<T extends object>(input: T | null | undefined): { [K in keyof T]?: Exclude<T[K], null | undefined> } {
  const entries = Object.entries(input ?? {}).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], null | undefined> };
}
