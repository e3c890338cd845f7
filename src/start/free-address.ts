/**
 * Looks before anything is made whether the address can be listened on: a first start that found out at its end would have shown its
 * secrets by then, and the next one, which shows none, could print no call that is ready to be pasted.
 */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { ConfigurationError } from '../kernel/configuration-error';
import { type Address, cannotListen } from './listen';

/** Of a host. What is said of a port, or of the machine, may be otherwise at the next start. */
const WRONG_HOST: Readonly<Record<string, string>> = {
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'there is no such name',
};
const TAKEN = ['EADDRINUSE', 'EACCES'];

/**
 * It is free again when this resolves, and may be taken by the time it is listened on. What else is wrong with it is left to that.
 * @throws ConfigurationError for a host that is none of this machine; CannotStart where the port cannot be had
 */
export async function checkAddress(address: Address): Promise<void> {
  // Whoever connects meanwhile finds nobody yet.
  const server = createServer((socket) => socket.destroy());
  try {
    // Exclusive: a worker asks the machine itself, and does not tell the process that watches over it that it listens.
    server.listen({ ...address, exclusive: true });
    await once(server, 'listening');
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException;
    const problem = WRONG_HOST[code];
    if (problem !== undefined) throw new ConfigurationError([{ path: 'HOST', problem: `${problem} (${code})` }]);
    if (TAKEN.includes(code)) throw cannotListen(address, cause as NodeJS.ErrnoException);
  } finally {
    await new Promise((closed) => server.close(closed));
  }
}
