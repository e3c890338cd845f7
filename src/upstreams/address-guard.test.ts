import { guardedLookup, isPublicAddress, problemOfAddress } from './address-guard';

const REFUSED = [
  '127.0.0.1',
  '10.1.2.3',
  '172.16.0.1',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '0.0.0.0',
  '224.0.0.1',
  '255.255.255.255',
  '::1',
  '::',
  'fe80::1',
  'fc00::1',
  'ff02::1',
  '::ffff:127.0.0.1',
  '::ffff:10.0.0.1',
  '64:ff9b::7f00:1',
  '2002:7f00:1::',
];

describe('isPublicAddress', () => {
  it.each(REFUSED)('refuses %s', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each(['1.1.1.1', '93.184.216.34', '2606:4700:4700::1111', '::ffff:1.1.1.1'])('lets %s pass', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });
});

describe('problemOfAddress', () => {
  it.each([
    'http://127.0.0.1/v1',
    'http://2130706433/v1',
    'http://0x7f.1/v1',
    'http://[::1]:8080/v1',
    'http://localhost:1/v1',
    'https://a.localhost/v1',
    'http://169.254.169.254/latest',
  ])('finds fault with %s, and names the way out', (url) => {
    expect(problemOfAddress(new URL(url))).toContain('UPSTREAM_ALLOW_PRIVATE');
  });

  it.each(['https://api.example/v1', 'https://1.1.1.1/v1', 'http://demo.invalid/steady/v1'])('finds none with %s', (url) => {
    expect(problemOfAddress(new URL(url))).toBeNull();
  });
});

describe('guardedLookup', () => {
  it.each([true, false])('refuses a name that resolves to a private address (all: %s)', async (all) => {
    const error = await new Promise((resolve) => guardedLookup('localhost', { all }, resolve));
    expect(error).toMatchObject({ name: 'AddressRefused' });
    expect(String(error)).not.toMatch(/127|::1/);
  });
});
