/**
 * Keeps channels on the public internet, unless the operator allows private addresses: a base URL that points into the
 * gateway's own network would hand out what only the network may see. The check runs on the address that is connected to,
 * after name resolution, so that a name cannot change its meaning between a check and its use.
 */
import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

const LOCAL_NAME = /(^|\.)localhost\.?$/i;

/** A connection that the guard refused. The message names no address: it may be shown to users. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused';

  constructor() {
    super('the channel points at a private address; UPSTREAM_ALLOW_PRIVATE=true allows it');
  }
}

/** True for addresses of the public internet alone: everything that is reserved, also inside an IPv6 address, is not. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  return ipaddr.process(address).range() === 'unicast';
}

/** What is wrong with a channel's base URL whose host is written as an address or a local name; null for other names. */
export function problemOfAddress(url: URL): string | null {
  const host = hostOf(url.hostname);
  if (LOCAL_NAME.test(host) || (isIP(host) !== 0 && !isPublicAddress(host))) {
    return 'points at a loopback, private or reserved address: use a public one, or set UPSTREAM_ALLOW_PRIVATE=true';
  }
  return null;
}

/** True when a host is an address that may not be connected to. Names are checked when they are resolved. */
export function isRefusedLiteral(hostname: string): boolean {
  const host = hostOf(hostname);
  return isIP(host) !== 0 && !isPublicAddress(host);
}

/** Resolves like the system does, and fails when any address of the name is not public. */
export const guardedLookup: LookupFunction = (hostname, options, callback) => {
  const all: LookupOptions & { all: true } = { ...options, all: true };
  lookup(hostname, all, (error, addresses) => {
    if (error !== null) return callback(error, '');
    if (!addresses.every(({ address }) => isPublicAddress(address))) return callback(new AddressRefused(), '');
    answer(addresses, options.all === true, callback);
  });
};

function answer(addresses: LookupAddress[], all: boolean, callback: Parameters<LookupFunction>[2]): void {
  if (all) return callback(null, addresses);
  const [first] = addresses;
  if (first === undefined) return callback(new Error('the name has no address'), '');
  callback(null, first.address, first.family);
}

function hostOf(hostname: string): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
}
