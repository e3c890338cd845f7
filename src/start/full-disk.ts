/** What keeps a gateway from starting when its disk is full, said so that it can be mended. */
import { CannotStart } from '../kernel/cannot-start';

const NO_ROOM = new Set<unknown>(['ENOSPC', 'EDQUOT', 'SQLITE_FULL']);

/** The error to show in place of `error`: it says that there is no room where that is what it comes from, or is `error` itself. */
export function fullDisk(error: unknown): unknown {
  const code = codesOf(error).find((each) => NO_ROOM.has(each));
  if (code === undefined) return error;
  const what = 'make room where DATABASE_URL keeps its file and in ./data, then start it again. It goes on where this start ended.';
  return new CannotStart(`Cannot start: no room is left on the disk (${code}): ${what}`, { cause: error });
}

function codesOf(error: unknown): unknown[] {
  if (!(error instanceof Error)) return [];
  return ['code' in error ? error.code : undefined, ...codesOf(error.cause)];
}
