export function orNull<T, R>(value: T | null, render: (value: T) => R): R | null {
  return value === null ? null : render(value);
}
