import type { AddressInfo } from 'node:net';
import { CannotStart } from '../kernel/cannot-start';
import { banner, type DemoCall, type FirstStart } from './banner';

const WHAT_TO_DO: Readonly<Record<string, string>> = {
  EADDRINUSE: 'choose another PORT, or stop what listens there',
  EACCES: 'choose another PORT, one that this user may listen on',
  EADDRNOTAVAIL: 'correct HOST: this machine has no such address',
  ENOTFOUND: 'correct HOST: there is no such name',
};

/** Where a gateway listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** As much of an HTTP server as listening needs. */
export interface Listening {
  listen(at: Address): Promise<unknown>;
  readonly server: { address(): AddressInfo | string | null };
}

/**
 * Listens, and gives the text to print for people.
 * @throws CannotStart that names the address when it cannot be had
 */
export async function listen(app: Listening, { host, port }: Address, first: FirstStart, demo: DemoCall): Promise<string> {
  await app.listen({ host, port }).catch((cause: NodeJS.ErrnoException) => {
    throw cannotListen({ host, port }, cause);
  });
  const listening = app.server.address() as AddressInfo;
  return banner(`http://${host.includes(':') ? `[${host}]` : host}:${listening.port}`, first, demo);
}

/** Says of an address that cannot be had why, and what to do. */
export function cannotListen({ host, port }: Address, cause: NodeJS.ErrnoException): CannotStart {
  const what = WHAT_TO_DO[cause.code ?? ''];
  const problem = what === undefined ? cause.message : `${what} (${cause.code}).`;
  return new CannotStart(`Cannot listen on ${host}:${port}: ${problem}`, { cause });
}
