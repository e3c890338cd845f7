/** What is wrong with what the operator wrote, in the environment or in the catalog. Reported all at once, never one by one. */
export interface ConfigurationFault {
  /** `PORT` in the environment, `routes[0].channels[1].channel` in the catalog. */
  readonly path: string;
  /** What to change, as the end of a sentence that begins with the path. Holds no secret. */
  readonly problem: string;
}

/** Nothing was started and nothing was written. `message` names every fault, one on each line. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';

  constructor(readonly faults: readonly ConfigurationFault[]) {
    super([headline(faults.length), ...faults.map((fault) => `  ${fault.path}: ${fault.problem}`)].join('\n'));
  }
}

/** Ends here when anything is wrong. @throws ConfigurationError that carries all of `faults`, unless there are none */
export function refuseFaults(faults: readonly ConfigurationFault[]): void {
  if (faults.length > 0) throw new ConfigurationError(faults);
}

function headline(count: number): string {
  return `The configuration has ${count === 1 ? 'a fault' : `${count} faults`}; nothing was started:`;
}
