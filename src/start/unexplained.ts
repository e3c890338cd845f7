import { inSources } from '../telemetry/source-stack';

/** Of an error that nobody has words for: its stack, with what it came from. Of a database that is away, only that says what is wrong. */
export function unexplained(error: unknown): string {
  const { stack = String(error), cause } = error as Error;
  const placed = inSources(stack);
  return cause === undefined ? placed : `${placed}\nbecause of ${unexplained(cause)}`;
}
