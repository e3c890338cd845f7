/** JSON that people can read and that keeps money exact: a bigint goes as `{"nano":"12"}`, at any size. */
const TAG = 'nano';

export function exactText(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? { [TAG]: String(each) } : each));
}

/** @throws when the text is no JSON */
export function exactValue(text: string): unknown {
  return JSON.parse(text, (_, each: unknown) => (isTagged(each) ? BigInt(each[TAG]) : each)) as unknown;
}

function isTagged(value: unknown): value is { readonly [TAG]: string } {
  return typeof value === 'object' && value !== null && typeof (value as Record<string, unknown>)[TAG] === 'string';
}
