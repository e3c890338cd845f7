/** The key that seals channel secrets at rest: given by the environment, or made once and kept beside the embedded database. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ConfigurationError } from '../kernel/configuration-error';
import { MASTER_KEY_BYTES, newMasterKey } from '../kernel/secret';

const FILE_NAME = 'master.key';
const OWNER_ONLY = 0o600;

/**
 * The key beside `databaseFile`, made with the database.
 * @throws ConfigurationError when the file holds something else, or is missing beside a database that was made with a key
 */
export function masterKeyBeside(databaseFile: string): Buffer {
  const file = path.join(path.dirname(databaseFile), FILE_NAME);
  const kept = readIfThere(file);
  if (kept === null) {
    if (existsSync(databaseFile)) throw missing(databaseFile);
    return makeKey(file);
  }
  const key = Buffer.from(kept.trim(), 'base64');
  if (key.length === MASTER_KEY_BYTES) return key;
  throw new ConfigurationError([{ path: file, problem: 'does not hold 32 bytes in base64; put the right key back, or set MASTER_KEY' }]);
}

/** Another key would open nothing of what is sealed there. */
function missing(databaseFile: string): ConfigurationError {
  const problem = `is not set, and ${FILE_NAME} is missing beside ${databaseFile}: give the key that the database was made with`;
  return new ConfigurationError([{ path: 'MASTER_KEY', problem }]);
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
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    const problem = `cannot be read (${code ?? 'unknown reason'}): let the gateway's user read it, or set MASTER_KEY`;
    throw new ConfigurationError([{ path: file, problem }]);
  }
}
