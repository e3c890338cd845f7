import { fingerprint, hashSecret, newMasterKey, newSecret, randomCharacters, sameHash, seal, secretMark, unseal } from './secret';

const KEY = newMasterKey();

/** The sealed text with its bytes changed. */
function changed(sealed: string, change: (bytes: Buffer) => Buffer): string {
  return change(Buffer.from(sealed, 'base64')).toString('base64');
}

describe('a sealed text', () => {
  it('opens as it was, with its key and its context, and looks different every time', () => {
    for (const plain of ['', 'sk-…', '汉字'.repeat(1_000)]) expect(unseal(KEY, seal(KEY, plain, 'a'), 'a')).toBe(plain);
    expect(seal(KEY, 'same', 'a')).not.toBe(seal(KEY, 'same', 'a'));
    expect(Buffer.from(seal(KEY, 'secret', 'a'), 'base64').toString('latin1')).not.toContain('secret');
  });

  it('opens with no other key and in no other context', () => {
    const sealed = seal(KEY, 'secret', 'channel a');
    expect(() => unseal(newMasterKey(), sealed, 'channel a')).toThrow();
    expect(() => unseal(KEY, sealed, 'channel b')).toThrow();
  });

  it('does not open when a single byte of it is another one', () => {
    const sealed = seal(KEY, 'secret', 'a');
    for (let at = 0; at < Buffer.from(sealed, 'base64').length; at += 1) {
      const forged = changed(sealed, (bytes) => {
        bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
        return bytes;
      });
      expect(() => unseal(KEY, forged, 'a')).toThrow();
    }
  });

  it('does not open when it is cut, also within what proves it: a short proof is soon guessed', () => {
    const sealed = seal(KEY, '', 'a');
    for (let length = 0; length < 29; length += 1) {
      expect(() =>
        unseal(
          KEY,
          changed(sealed, (bytes) => bytes.subarray(0, length)),
          'a',
        ),
      ).toThrow();
    }
  });
});

describe('what secrets are told apart by', () => {
  it('is the whole hash, and a part of it where it is written down', () => {
    const hash = hashSecret('sk-tf-one');
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(secretMark('sk-tf-one')).toBe(`sha256:${hash.slice(0, 12)}`);
    expect([sameHash(hash, hash), sameHash(hash, hashSecret('sk-tf-two')), sameHash(hash, hash.slice(1)), sameHash(hash, '')]).toEqual([
      ...[true, false, false, false],
    ]);
  });

  it('is never the end of one part and the beginning of the next', () => {
    const all = [fingerprint('ab', 'c'), fingerprint('a', 'bc'), fingerprint('abc'), fingerprint('abc', ''), fingerprint('1:a', 'b')];
    expect(new Set(all).size).toBe(all.length);
  });
});

describe('what is random', () => {
  it('is never the same twice, and uses the whole of its alphabet', () => {
    expect(newSecret('sk-')).toMatch(/^sk-[\w-]{32}$/);
    expect(newSecret('sk-')).not.toBe(newSecret('sk-'));
    const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
    expect([...new Set(randomCharacters(alphabet, 5_000))].sort().join('')).toBe(alphabet);
    expect(randomCharacters(alphabet, 24)).toHaveLength(24);
    expect(() => randomCharacters(alphabet.slice(1), 24)).toThrow();
  });
});
