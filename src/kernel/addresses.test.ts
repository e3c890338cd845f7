import { AddressRanges, addressBehind, problemOfRange } from './addresses';

const PROXIES = new AddressRanges(['10.0.0.0/8', '2001:db8:1::/48']);

function from(peer: string | undefined, forwarded?: string | string[]): string | null {
  return addressBehind(PROXIES)({ socket: { remoteAddress: peer }, headers: { 'x-forwarded-for': forwarded } });
}

describe('a range of addresses', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7', true],
    ['203.0.113.7', '203.0.113.8', false],
    ['203.0.113.7', '203.0.113.6', false],
    ['2001:db8::1', '2001:db8::', false],
    ['2001:DB8::1', '2001:db8::1', true],
    ['203.0.113.0/24', '203.0.113.255', true],
    ['203.0.113.99/24', '203.0.113.1', true],
    ['203.0.113.0/24', '203.0.114.1', false],
    ['0.0.0.0/0', '198.51.100.1', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['2001:db8::/32', '2001:DB8:ffff::1', true],
    ['2001:db8::/32', '2001:db9::1', false],
    ['::1', '0:0:0:0:0:0:0:1', true],
    ['203.0.113.0/24', '::ffff:203.0.113.7', true],
    ['203.0.113.0/24', 'nowhere', false],
  ])('%s has %s: %s', (range, address, is) => {
    expect(problemOfRange(range)).toBeNull();
    expect(new AddressRanges([range]).has(address)).toBe(is);
  });

  it.each([
    '',
    'localhost',
    '203.0.113',
    '203.0.113.0/33',
    '203.0.113.0/',
    '2001:db8::/129',
    '1.2.3.4/-1',
    '::ffff:1.2.3.0/120',
    '1.2.3.4 ',
    'x1.2.3.4/24',
    '1.2.3.4/24, 5.6.7.8',
  ])('is not "%s"', (text) => {
    expect(problemOfRange(text)).toMatch('203.0.113.0/24');
  });

  it('of none has no address', () => {
    expect(new AddressRanges([]).has('203.0.113.7')).toBe(false);
  });
});

describe('the address of a client', () => {
  it.each([
    ['is that of the connection', '203.0.113.7', undefined, '203.0.113.7'],
    ['is IPv4 also on a socket of both', '::ffff:203.0.113.7', undefined, '203.0.113.7'],
    ['has no zone', 'fe80::1%eth0', undefined, 'fe80::1'],
    ['is never what somebody else than a proxy says', '203.0.113.7', '198.51.100.1', '203.0.113.7'],
    ['is what a proxy says', '10.1.2.3', '198.51.100.1', '198.51.100.1'],
    ['is what the nearest of all proxies saw of a stranger', '10.1.2.3', '192.0.2.9, 198.51.100.1, 10.9.9.9', '198.51.100.1'],
    ['is read in headers that came twice', '10.1.2.3', ['192.0.2.9', '198.51.100.1'], '198.51.100.1'],
    ['is read with a port', '10.1.2.3', '198.51.100.1:4711', '198.51.100.1'],
    ['is read in brackets', '2001:db8:1::5', '[2001:db8:2::1]:4711', '2001:db8:2::1'],
    ['is IPv4 also where a proxy maps it, in capitals as well', '10.1.2.3', '::FFFF:198.51.100.1', '198.51.100.1'],
    ['is not known where a proxy says more than an address', '10.1.2.3', 'for=198.51.100.1:4711', null],
    ['is not known where a proxy says more than a port', '10.1.2.3', '198.51.100.1:4711;proto=https', null],
    ['is a proxy where nobody is behind it', '10.1.2.3', undefined, '10.1.2.3'],
    ['is not known where a proxy says no address', '10.1.2.3', '198.51.100.1, unknown', null],
    ['is not known where the connection is over', undefined, undefined, null],
  ])('%s', (_, peer, forwarded, address) => {
    expect(from(peer, forwarded)).toBe(address);
  });
});
