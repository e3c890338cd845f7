import { ConfigurationError } from '../kernel/configuration-error';

/** The error of a start that its database keeps from beginning: `problem` goes on where the name of the variable ends. */
export function databaseUrlFault(problem: string): ConfigurationError {
  return new ConfigurationError([{ path: 'DATABASE_URL', problem }]);
}
