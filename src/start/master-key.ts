/** The key that seals channel secrets at rest: given by the environment, or made once and kept beside the embedded database. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ConfigurationError } from '../kernel/configuration-error';
import { MASTER_KEY_BYTES, newMasterKey } from '../kernel/secret';

const FILE_NAME = 'master.key';
const OWNER_ONLY = 0o600;

/**
 * The key beside `databaseFile`, made when there is none.
 * @throws ConfigurationError when the file holds something else
 */
export function masterKeyBeside(databaseFile: string): Buffer {
  const file = path.join(path.dirname(databaseFile), FILE_NAME);
  const kept = readIfThere(file);
  if (kept === null) return makeKey(file);
  const key = Buffer.from(kept.trim(), 'base64');
  if (key.length === MASTER_KEY_BYTES) return key;
  throw new ConfigurationError([{ path: file, problem: 'does not hold 32 bytes in base64; put the right key back, or set MASTER_KEY' }]);
}

function makeKey(file: string): Buffer {
  const key = newMasterKey();
  mkdirSync(path.dirname(file), { recursive: true });
  // `wx`: two first starts at once cannot overwrite each other's key.
  writeFileSync(file, `${key.toString('base64')}\n`, { mode: OWNER_ONLY, flag: 'wx', flush: true });
  return key;
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
