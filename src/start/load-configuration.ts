import type { CheckAddress } from '../catalog-file/check-addresses';
import type { Declaration } from '../catalog-file/declare';
import { readCatalog } from '../catalog-file/read-catalog';
import { type Config, catalogSource, type Environment, loadConfig } from '../config';
import { ConfigurationError, type ConfigurationFault, refuseFaults } from '../kernel/configuration-error';
import { invariant } from '../kernel/invariant';
import { hashSecret } from '../kernel/secret';
import { declaredForOperator } from './operator-token';

export interface Configuration {
  readonly config: Config;
  /** null: no catalog is given, the built-in demo serves. */
  readonly catalog: Declaration | null;
}

/**
 * Reads the environment and the catalog that it names. Nothing is written.
 * @throws ConfigurationError that carries the faults of both at once
 */
export async function loadConfiguration(
  checkOf: (allowPrivate: boolean) => CheckAddress,
  environment?: Environment,
): Promise<Configuration> {
  const faults: ConfigurationFault[] = [];
  const config = await orFaults(faults, async () => loadConfig(environment));
  const { file, allowPrivate, lookup } = catalogSource(environment);
  const surroundings = { lookup, checkAddress: checkOf(allowPrivate) };
  const catalog = file === null ? null : await orFaults(faults, () => readCatalog(file, surroundings));
  const operator = lookup('ADMIN_TOKEN');
  if (operator !== undefined) faults.push(...declaredForOperator(catalog?.accounts ?? [], hashSecret(operator)));
  refuseFaults(faults);
  invariant(config !== undefined && catalog !== undefined, 'what has no faults was read');
  return { config, catalog };
}

async function orFaults<T>(faults: ConfigurationFault[], read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    faults.push(...error.faults);
    return undefined;
  }
}
