import { isUtf8 } from 'node:buffer';
import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { ConfigurationError } from '../kernel/configuration-error';
import type { Declaration } from './declare';
import { type CatalogSurroundings, parseCatalog } from './parse-catalog';

/**
 * Reads the catalog that `CATALOG` names: JSON when the name ends in `.json`, else YAML.
 * @throws ConfigurationError that carries every fault, or says why the file cannot be read
 */
export async function readCatalog(file: string, surroundings: Omit<CatalogSurroundings, 'isFolder'>): Promise<Declaration> {
  return parseCatalog(await textOf(file), file.toLowerCase().endsWith('.json') ? 'json' : 'yaml', { ...surroundings, isFolder });
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

async function textOf(file: string): Promise<string> {
  const bytes = await bytesOf(file);
  if (isUtf8(bytes)) return bytes.toString('utf8');
  throw new ConfigurationError([{ path: 'CATALOG', problem: `the file ${file} is not text in UTF-8: save it so` }]);
}

async function bytesOf(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code ?? 'unknown reason'})`;
    throw new ConfigurationError([{ path: 'CATALOG', problem: `the file ${file} ${why}` }]);
  }
}
