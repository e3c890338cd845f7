/** Where channels may point. Whether an address is public is asked of the caller: it is the upstreams' knowledge. */
import type { ConfigurationFault } from '../kernel/configuration-error';
import { fault } from './fault-paths';
import { entriesOf, text } from './loose';
import { at } from './names';

/** Why the address of a URL may not be used, as the end of a sentence; null when it may. */
export type CheckAddress = (url: URL) => string | null;

/** What providers' pages name as the address of a call: the gateway puts it behind the `baseUrl` itself. */
const ENDPOINT =
  /\/(?:(?:chat\/)?completions|responses|embeddings|moderations|messages(?:\/count_tokens)?|images\/generations|audio\/(?:speech|transcriptions)|models\/[^/]+:\w+)$/;

/** The faults of every `baseUrl` that is an http(s) URL by its shape. */
export function checkAddresses(tree: unknown, checkAddress: CheckAddress): ConfigurationFault[] {
  return entriesOf([{ value: tree, path: [] }], 'channels').flatMap((channel) => {
    const baseUrl = at(channel, 'baseUrl');
    const written = text(baseUrl.value);
    if (written === undefined || !/^https?:\/\//.test(written)) return [];
    const problem = problemOf(written, checkAddress);
    return problem === null ? [] : [fault(baseUrl.path, problem)];
  });
}

function problemOf(written: string, checkAddress: CheckAddress): string | null {
  // A URL is read without the spaces around it, and what is put behind it would not be.
  if (/\s/.test(written)) return 'must have no spaces in it or around it';
  if (!URL.canParse(written)) return 'must be an http:// or https:// URL';
  const url = new URL(written);
  if (url.username !== '' || url.password !== '') return 'must not hold a user name or password: the apiKey field is for secrets';
  if (url.search !== '' || url.hash !== '') return 'must end with its path: no "?" and no "#"';
  const endpoint = ENDPOINT.exec(url.pathname.replace(/\/+$/, ''))?.[0];
  if (endpoint !== undefined) return `must end before "${endpoint}": the path of each endpoint is put behind it`;
  return checkAddress(url);
}
