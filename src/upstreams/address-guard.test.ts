import { addressCheck, guardedLookup, isAllowedPrivately, isPublicAddress, problemOfAddress } from './address-guard';

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
  // IPv4 inside IPv6, in every way in which it was ever written.
  '::127.0.0.1',
  '::7f00:1',
  '::ffff:0:127.0.0.1',
  '64:ff9b:1::a00:1',
  '2001:0:7f00:1::',
  '2606:4700::5efe:7f00:1',
  '::ffff:a9fe:a9fe',
  // Left over, reserved, or for tests.
  'fec0::1',
  '4000::1',
  '100::1',
  '2001:db8::1',
  '3fff::1',
  '5f00::1',
  '192.0.0.192',
  '192.0.2.1',
  '192.88.99.1',
  '198.18.0.1',
  '203.0.113.9',
  '240.0.0.1',
  '0.1.2.3',
  // Where clouds hand out credentials.
  '168.63.129.16',
  '100.100.100.200',
  'fd00:ec2::254',
  'not an address',
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
    // Other spellings of 127.0.0.1 and of 169.254.169.254, as a resolver or a browser reads them.
    'http://127.1/',
    'http://0177.0.0.1/',
    'http://0x7f000001/',
    'http://017700000001/',
    'http://2852039166/',
    'http://0xa9.0xfe.0xa9.0xfe/',
    'http://127.0.0.1./',
    'http://%31%32%37.0.0.1/',
    'http://１２７．０．０．１/',
    'http://①②⑦.0.0.1/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://[::127.0.0.1]/',
    'http://[0:0:0:0:0:0:0:1]/',
    'http://[64:ff9b::169.254.169.254]/',
    'http://[fd00:ec2::254]/',
    'http://[fe80::1]/',
    'http://0/',
    'http://LOCALHOST/',
    'http://localhost./',
    // Names that mean something in the own network alone.
    'http://metadata.google.internal/computeMetadata/v1/',
    'http://redis:6379/',
    'http://printer.local/',
    'http://kubernetes.default.svc.cluster.local/',
  ])('finds fault with %s, and names the way out', (url) => {
    expect(problemOfAddress(new URL(url))).toContain('UPSTREAM_ALLOW_PRIVATE');
  });

  it.each(['https://api.example/v1', 'https://1.1.1.1/v1', 'http://demo.invalid/steady/v1', 'https://api.example:8443/v1'])(
    'finds none with %s',
    (url) => {
      expect(problemOfAddress(new URL(url))).toBeNull();
    },
  );
});

describe('addressCheck', () => {
  it.each(['http://169.254.169.254/latest', 'http://[fe80::1]/v1', 'http://[::ffff:a9fe:a9fe]/', 'http://168.63.129.16/'])(
    'finds fault with %s at once, also where private addresses are allowed',
    (url) => {
      expect(addressCheck(true)(new URL(url))).toBe('points at an address of the link or of cloud metadata, which is never called');
      expect(addressCheck(false)(new URL(url))).toContain('UPSTREAM_ALLOW_PRIVATE');
    },
  );

  it.each(['http://127.0.0.1:9/v1', 'http://localhost:11434/v1', 'http://[::1]/v1', 'http://redis:6379/', 'http://10.0.0.1/v1'])(
    'finds none with %s where private addresses are allowed',
    (url) => {
      expect(addressCheck(true)(new URL(url))).toBeNull();
      expect(addressCheck(false)(new URL(url))).not.toBeNull();
    },
  );
});

describe('a port', () => {
  it.each([22, 25, 6667, 587, 2049])('of another protocol is refused: %s', (port) => {
    expect(problemOfAddress(new URL(`https://api.example:${port}/v1`))).toBe(
      `has the port ${port}, which is one of another protocol than HTTP`,
    );
  });
});

describe('isAllowedPrivately', () => {
  it.each(['127.0.0.1', '10.1.2.3', '::1', 'fc00::1', '1.1.1.1'])('lets %s pass', (address) => {
    expect(isAllowedPrivately(address)).toBe(true);
  });

  it.each([
    '169.254.169.254',
    '::ffff:169.254.169.254',
    'fe80::1',
    'fd00:ec2::254',
    'fd00:42::42',
    '168.63.129.16',
    '100.100.100.200',
    'x',
  ])('never lets %s pass: it hands out credentials, or is of the link', (address) => {
    expect(isAllowedPrivately(address)).toBe(false);
  });
});

describe('guardedLookup', () => {
  it('refuses a name of which only one address is private, and one that has become private meanwhile', async () => {
    const answers = [['1.1.1.1', '10.0.0.1'], ['1.1.1.1'], ['127.0.0.1']];
    const ask = guardedLookup(isPublicAddress, (_name, _options, callback) => {
      callback(
        null,
        (answers.shift() ?? []).map((address) => ({ address, family: 4 })),
      );
    });
    const next = () => new Promise((resolve) => ask('rebinding.example', { all: true }, (error, found) => resolve(error ?? found)));
    expect(await next()).toMatchObject({ name: 'AddressRefused' });
    expect(await next()).toEqual([{ address: '1.1.1.1', family: 4 }]);
    expect(await next()).toMatchObject({ name: 'AddressRefused' });
  });

  it.each([true, false])('refuses a name that resolves to a private address (all: %s)', async (all) => {
    const error = await new Promise((resolve) => guardedLookup()('localhost', { all }, resolve));
    expect(error).toMatchObject({ name: 'AddressRefused' });
    expect(String(error)).not.toMatch(/127|::1/);
  });
});
