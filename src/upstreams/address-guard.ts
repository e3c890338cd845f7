/**
 * Keeps channels and webhooks on the public internet, unless the operator allows private addresses: an address in the
 * gateway's own network would hand out what only the network may see. The check runs on the address that is connected to,
 * after name resolution, so that a name cannot change its meaning between a check and its use.
 */
import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Names that have a meaning in the own network alone, and names without a dot. */
const LOCAL_NAME = /(?:^|\.)(?:localhost|localdomain|local|internal|intranet|lan|home\.arpa)\.?$|^[^.]*\.?$/i;
/** Ports of mail, shells, databases of names and the like, which take a request for commands of their own: the list that browsers refuse. */
const FOREIGN_PORTS = new Set(
  (
    '1 7 9 11 13 15 17 19 20 21 22 23 25 37 42 43 53 69 77 79 87 95 101 102 103 104 109 110 111 113 115 117 119 123 135 137 139 143 161 179 ' +
    '389 427 465 512 513 514 515 526 530 531 532 540 548 554 556 563 587 601 636 989 990 993 995 1719 1720 1723 2049 3659 4045 4190 5060 ' +
    '5061 6000 6566 6665 6666 6667 6668 6669 6679 6697 10080'
  ).split(' '),
);
/** Where clouds tell a machine its credentials: addresses that are public, or may be allowed as private ones. */
const METADATA = new Set(['168.63.129.16', '100.100.100.200', '192.0.0.192', 'fd00:ec2::254', 'fd20:ce::254', 'fd00:42::42']);
const GLOBAL_UNICAST: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3];
/** The middle of an address in whose end an IPv4 address is hidden. */
const ISATAP = 0x5efe;

/** Of the environment: what opens private addresses to channels. */
const CHANNELS_VARIABLE = 'UPSTREAM_ALLOW_PRIVATE';

/** A connection that the guard refused. The message names no address: it may be shown to users. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused';

  constructor(variable = CHANNELS_VARIABLE) {
    super(`the address is a private or reserved one; ${variable}=true allows private ones`);
  }
}

/** True for addresses of the public internet alone: everything that is reserved, also inside an IPv6 address, is not. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed.range() !== 'unicast' || isMetadata(parsed)) return false;
  return parsed instanceof ipaddr.IPv4 || (parsed.match(GLOBAL_UNICAST) && parsed.parts[5] !== ISATAP);
}

/** True for what may be connected to where private addresses are allowed: everything but links and what hands out credentials. */
export function isAllowedPrivately(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  return parsed.range() !== 'linkLocal' && !isMetadata(parsed);
}

function isMetadata(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  return METADATA.has(address.toString());
}

/** What is wrong with a URL whose host is written as an address or a local name, or whose port is not one of HTTP; null for others. */
export function problemOfAddress(url: URL, variable = CHANNELS_VARIABLE): string | null {
  const host = hostOf(url.hostname);
  if (isIP(host) === 0 ? LOCAL_NAME.test(host) : !isPublicAddress(host)) {
    return `points at a loopback, private or reserved address: use a public one, or set ${variable}=true`;
  }
  return FOREIGN_PORTS.has(url.port) ? `has the port ${url.port}, which is one of another protocol than HTTP` : null;
}

/**
 * The check of URLs, as the operator allows private addresses or not: what can be refused before anything connects.
 * @param variable of the environment, by which they are allowed
 */
export function addressCheck(allowPrivate: boolean, variable?: string): (url: URL) => string | null {
  return allowPrivate ? problemOfPrivateAddress : (url) => problemOfAddress(url, variable);
}

function problemOfPrivateAddress({ hostname }: URL): string | null {
  return isRefusedLiteral(hostname, isAllowedPrivately)
    ? 'points at an address of the link or of cloud metadata, which is never called'
    : null;
}

/** Which addresses may be connected to. */
export type AllowsAddress = (address: string) => boolean;

/** True when a host is an address that may not be connected to. Names are checked when they are resolved. */
export function isRefusedLiteral(hostname: string, allows: AllowsAddress): boolean {
  const host = hostOf(hostname);
  return isIP(host) !== 0 && !allows(host);
}

/** As `dns.lookup` gives all addresses of a name. */
export type Resolve = (
  hostname: string,
  options: LookupOptions & { all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** Resolves like the system does, and fails when any address of the name is not allowed. What it gives is what is connected to. */
export function guardedLookup(allows: AllowsAddress = isPublicAddress, resolve: Resolve = lookup, variable?: string): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, '');
      if (!addresses.every(({ address }) => allows(address))) return callback(new AddressRefused(variable), '');
      answer(addresses, options.all === true, callback);
    });
  };
}

function answer(addresses: LookupAddress[], all: boolean, callback: Parameters<LookupFunction>[2]): void {
  if (all) return callback(null, addresses);
  const [first] = addresses;
  if (first === undefined) return callback(new Error('the name has no address'), '');
  callback(null, first.address, first.family);
}

function hostOf(hostname: string): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
}
