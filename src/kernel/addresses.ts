/** Addresses of clients, and ranges of them as CIDR writes them (RFC 4632, RFC 4291): `203.0.113.0/24`, `2001:db8::/32`, or one address. */
import { BlockList, isIP } from 'node:net';

const RANGE = /^([0-9a-f.:]+)(?:\/(\d{1,3}))?$/i;
const MAPPED = /^::ffff:(?=\d+\.)/i;
const ZONE = /%.*$/;
/** Some proxies add the port: `203.0.113.7:4711`, `[2001:db8::1]:4711`. */
const WITH_PORT = /^(?:\[(.+)\]|(\d+(?:\.\d+){3}))(?::\d+)?$/;

interface Range {
  readonly address: string;
  readonly prefix: number;
  readonly family: 'ipv4' | 'ipv6';
}

/** null: it is no range. Bits beyond the prefix count for nothing. */
function rangeOf(text: string): Range | null {
  const [, address = '', length] = RANGE.exec(text) ?? [];
  const version = isIP(address);
  const bits = version === 4 ? 32 : 128;
  const prefix = length === undefined ? bits : Number.parseInt(length, 10);
  // A range of IPv4 in the words of IPv6 is mostly a slip: its prefix counts from other bits than it seems to.
  if (version === 0 || prefix > bits || MAPPED.test(address)) return null;
  return { address, prefix, family: version === 4 ? 'ipv4' : 'ipv6' };
}

/** What is wrong with the text of a range; null: nothing. */
export function problemOfRange(text: string): string | null {
  return rangeOf(text) === null ? 'must be an address or a range such as 203.0.113.0/24 or 2001:db8::/32' : null;
}

/** Some ranges, each of which must be one that `problemOfRange` finds right. */
export class AddressRanges {
  private readonly list = new BlockList();

  constructor(texts: readonly string[]) {
    for (const text of texts) {
      const range = rangeOf(text);
      if (range !== null) this.list.addSubnet(range.address, range.prefix, range.family);
    }
  }

  has(address: string): boolean {
    const version = isIP(address);
    return version !== 0 && this.list.check(address, version === 4 ? 'ipv4' : 'ipv6');
  }
}

/** As much of a request of Node as tells where it comes from. */
export interface Arrived {
  readonly socket: { readonly remoteAddress?: string | undefined };
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Where a request comes from; null, where that cannot be known. */
export type AddressOf = (request: Arrived) => string | null;

/**
 * The address of the client. What `X-Forwarded-For` says is believed as far as trusted proxies wrote it: read from its end,
 * each entry is what the one behind it saw.
 */
export function addressBehind(proxies: AddressRanges): AddressOf {
  return ({ socket, headers }) => {
    const said = [headers['x-forwarded-for'] ?? []].flat().join(',');
    const hops = said === '' ? [] : said.split(',');
    let address = plain(socket.remoteAddress ?? '');
    while (address !== null && hops.length > 0 && proxies.has(address)) address = plain(hops.pop() ?? '');
    return address;
  };
}

function plain(text: string): string | null {
  const trimmed = text.trim();
  const [, bracketed, dotted] = WITH_PORT.exec(trimmed) ?? [];
  const address = (bracketed ?? dotted ?? trimmed).replace(ZONE, '').replace(MAPPED, '');
  return isIP(address) === 0 ? null : address;
}
