import type { AddressInfo } from 'node:net';
import { banner, type DemoCall, type FirstStart, secretsOf } from './banner';

/** As much of an HTTP server as listening needs. */
export interface Listening {
  listen(at: { readonly host: string; readonly port: number }): Promise<unknown>;
  readonly server: { address(): AddressInfo | string | null };
}

/**
 * Listens, and gives the text to print for people.
 * @throws Error that names the address when it cannot be had, with the secrets of a first start, or nobody ever sees them
 */
export async function listen(
  app: Listening,
  { host, port }: { readonly host: string; readonly port: number },
  first: FirstStart,
  demo: DemoCall,
): Promise<string> {
  await app.listen({ host, port }).catch((cause: Error) => {
    throw new Error([`Cannot listen on ${host}:${port}: ${cause.message}`, ...secretsOf(first), ''].join('\n'), { cause });
  });
  const listening = app.server.address() as AddressInfo;
  return banner(`http://${host.includes(':') ? `[${host}]` : host}:${listening.port}`, first, demo);
}
