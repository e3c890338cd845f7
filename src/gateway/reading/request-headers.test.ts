import { readDeadlineHeader, readIdempotencyKey, readRouteHeader } from './request-headers';

const BODY = Buffer.from('{"model":"m"}');
const keyOf = (value: string | null, apiKey = 'key', endpoint = '/v1/chat/completions', body = BODY) =>
  readIdempotencyKey(value, apiKey, endpoint, body);

describe('an Idempotency-Key', () => {
  it('is one of one API key, and is the same request where endpoint and body are the same', () => {
    const first = keyOf('k');
    expect(keyOf('k')).toEqual(first);
    expect(keyOf(null)).toBeNull();
    for (const other of [keyOf('l'), keyOf('k', 'another')]) expect(other?.id).not.toBe(first?.id);
    for (const other of [keyOf('k', 'key', '/v1/embeddings'), keyOf('k', 'key', undefined, Buffer.from('{}'))]) {
      expect(other?.id).toBe(first?.id);
      expect(other?.bodyHash).not.toBe(first?.bodyHash);
    }
  });

  it.each(['x', ' ~', 'x'.repeat(255)])('may be %j', (value) => {
    expect(keyOf(value)).not.toBeNull();
  });

  it.each(['', 'x'.repeat(256), 'é', 'a\tb', 'a\n'])('may not be %j', (value) => {
    expect(() => keyOf(value)).toThrow(/^Idempotency-Key must have 1 to 255 printable ASCII characters/);
  });
});

describe('the other headers that the gateway obeys', () => {
  it('are read whatever stands around them, and refused by their name', () => {
    expect([' Ordinary ', 'OFFICIAL', null].map(readRouteHeader)).toEqual(['ORDINARY', 'OFFICIAL', null]);
    expect(() => readRouteHeader('cheap')).toThrow(/^x-forge-route must be/);
    expect([' 1 ', '3600000', null].map(readDeadlineHeader)).toEqual([1, 3_600_000, null]);
    for (const wrong of ['0', '3600001', '1.5', '-1', '', '12345678']) {
      expect(() => readDeadlineHeader(wrong)).toThrow(/^x-forge-deadline-ms must be a whole number/);
    }
  });
});
