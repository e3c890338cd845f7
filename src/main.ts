/** The gateway's process: configure, compose, listen; on SIGTERM or SIGINT drain and leave with 0, or with the code of why it stopped itself. */
import { compose } from './compose';
import { ConfigurationError } from './kernel/configuration-error';

const WRONG_CONFIGURATION = 78;
const FAILED = 1;

async function main(): Promise<void> {
  const running = await compose();
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    running.stop().then(
      () => process.exit(process.exitCode ?? 0),
      (error: unknown) => fail(error),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.stdout.write(await running.listen());
}

function fail(error: unknown): never {
  const message = error instanceof ConfigurationError ? error.message : ((error as Error).stack ?? String(error));
  process.stderr.write(`${message}\n`);
  process.exit(error instanceof ConfigurationError ? WRONG_CONFIGURATION : FAILED);
}

main().catch(fail);
