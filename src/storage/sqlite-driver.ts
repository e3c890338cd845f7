/**
 * better-sqlite3 in the release that this Node can run, since none runs on all. Release 13 stands on Node-API 10 (Node 22.14) and ends older
 * ones with a segmentation fault. Release 12, compiled against the headers of Node 24.19 to 24.21, aborts as soon as a statement is collected
 * (nodejs/node#65446). Both have the same interface.
 */
import Release12 from 'better-sqlite3';

const NODE_API_OF_RELEASE_13 = 10;

/** The driver of SQLite for all of the product; types come from `better-sqlite3` itself. */
export const Sqlite: typeof Release12 = runsRelease13(process.versions['napi']) ? release13() : Release12;

export function runsRelease13(nodeApi: string | undefined): boolean {
  return Number.parseInt(nodeApi ?? '0', 10) >= NODE_API_OF_RELEASE_13;
}

/** An install without optional packages has release 12 alone, which serves where it was compiled elsewhere. */
function release13(): typeof Release12 {
  try {
    return require('better-sqlite3-napi') as typeof Release12;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    return Release12;
  }
}
