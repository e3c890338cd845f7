/**
 * better-sqlite3 in the release that this Node can run, since none runs on all. Release 13 stands on Node-API 10 (Node 22.14) and ends older
 * ones with a segmentation fault. Release 12, compiled against the headers of Node 24.19 to 24.21, aborts as soon as a statement is collected
 * (nodejs/node#65446). Both have the same interface. An install goes on without the one that it cannot have: 12 where it cannot be compiled,
 * 13 where Node is too old for it.
 */
import type Driver from 'better-sqlite3';
import { CannotStart } from '../kernel/cannot-start';

const NODE_API_OF_RELEASE_13 = 10;
const MISSING =
  'No driver of SQLite was installed, because better-sqlite3 could not be compiled: install what compiles C++ (g++, make and python3), ' +
  'and run npm ci again. Node 22.14 and later needs no compiler.';

/** Whether this Node can load release 13. */
export function runsRelease13(nodeApi: string | undefined): boolean {
  return Number.parseInt(nodeApi ?? '0', 10) >= NODE_API_OF_RELEASE_13;
}

/** The first of these packages that is there. @throws CannotStart where there is none */
export function firstInstalled(packages: readonly string[]): typeof Driver {
  const [first, ...others] = packages;
  if (first === undefined) throw new CannotStart(MISSING);
  try {
    return require(first) as typeof Driver;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    return firstInstalled(others);
  }
}

/** The driver of SQLite for all of the product; types come from `better-sqlite3` itself. */
export const Sqlite = firstInstalled([...(runsRelease13(process.versions['napi']) ? ['better-sqlite3-napi'] : []), 'better-sqlite3']);
