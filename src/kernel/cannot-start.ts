/**
 * Something outside keeps a gateway from starting: another process, a server that is away. The message says what to do about it, and
 * is shown without a stack, which would look as if the gateway had broken.
 */
export class CannotStart extends Error {
  override readonly name = 'CannotStart';
}
