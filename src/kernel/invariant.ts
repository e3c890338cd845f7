/** What must hold always. A broken invariant fails the request that met it and is logged as an error. */
export class InvariantBroken extends Error {
  override readonly name = 'InvariantBroken';
}

export function invariant(condition: unknown, why: string): asserts condition {
  if (!condition) throw new InvariantBroken(why);
}

/** For the default branch of a switch over a closed union: a missing case does not compile. */
export function unreachable(value: never): never {
  throw new InvariantBroken(`unexpected case: ${String(value)}`);
}
