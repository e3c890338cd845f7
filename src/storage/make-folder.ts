import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder, and those that it lies in, where they are missing. Not with Node's own `recursive`, which tries for ever where a
 * file system says of a folder in one of its own that there is none, as /proc does.
 * @throws what the file system says
 */
export function makeFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return;
  if (dirname(folder) !== folder) makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another process may have been quicker.
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) throw error;
  }
}

/** What would keep this process from writing into the folder, or from making it where it is missing; null: nothing. Nothing is made. */
export function obstacleTo(folder: string): unknown {
  try {
    if (statSync(folder, { throwIfNoEntry: false }) === undefined && dirname(folder) !== folder) return obstacleTo(dirname(folder));
    // With the slash a file is an obstacle as well.
    accessSync(`${folder}/`, constants.W_OK | constants.X_OK);
    return null;
  } catch (error) {
    return error;
  }
}
