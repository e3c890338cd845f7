import { aFailure } from '../../test/support/fake-upstream';
import { failureClassOf, isFaultOfChannel } from './failure-classes';
import type { FailureKind } from './upstream';

describe('whom a failure blames', () => {
  /** Every way to fail without a status: adding one asks for its row here. */
  const BY_KIND: Readonly<Record<FailureKind, 'always' | 'before' | 'unanswered' | 'never'>> = {
    connect_failed: 'always',
    connect_timeout: 'always',
    connection_lost: 'always',
    first_byte_timeout: 'always',
    idle_timeout: 'always',
    total_timeout: 'before',
    provider_error: 'always',
    no_endpoint: 'unanswered',
    malformed_answer: 'always',
    answer_too_large: 'never',
    cut: 'never',
  };

  it.each(Object.entries(BY_KIND))('stands in one table: %s speaks against the channel %s', (kind, againstChannel) => {
    expect(failureClassOf(aFailure({ kind: kind as FailureKind })).againstChannel).toBe(againstChannel);
  });

  it('is the channel for every status by which it refuses all alike, and for no other below 500', () => {
    const statuses = Array.from({ length: 200 }, (_, index) => 400 + index);
    const blamed = statuses.filter((status) => isFaultOfChannel(aFailure({ status }), false));
    expect(blamed).toEqual([401, 402, 403, 407, 429, ...statuses.filter((status) => status >= 500)]);
  });

  it.each([null, 400, 401, 402, 403, 429, 500, 503])(
    'is the request where the provider’s own words say so, whatever the status, which still decides what is tried next: %s',
    (status) => {
      const plain = aFailure({ status });
      const blamed = aFailure({ status, atFault: 'request' });
      expect([isFaultOfChannel(blamed, false), failureClassOf(blamed).refusesSecret]).toEqual([false, undefined]);
      expect(failureClassOf(blamed).next).toBe(failureClassOf(plain).next);
      expect(failureClassOf(blamed).stopReason).toBe(failureClassOf(plain).stopReason);
    },
  );

  it.each([null, 400, 403, 404])(
    'is the channel where its own words say so, although the status looks like the request’s or the secret’s: %s',
    (status) => {
      const blamed = aFailure({ status, atFault: 'channel' });
      expect([isFaultOfChannel(blamed, false), failureClassOf(blamed).refusesSecret]).toEqual([true, undefined]);
      expect(failureClassOf(blamed).next).toBe(failureClassOf(aFailure({ status })).next);
    },
  );

  it('is nobody where the gateway’s own machine could not connect', () => {
    const lacking = aFailure({ kind: 'connect_failed', status: null, atFault: 'gateway' });
    expect([isFaultOfChannel(lacking, false), failureClassOf(lacking).next]).toEqual([false, 'same']);
  });

  it('is nobody where the gateway itself stopped reading, whatever was said by then', () => {
    expect(isFaultOfChannel(aFailure({ kind: 'cut', atFault: 'channel' }), true)).toBe(false);
  });
});

describe('after a failure', () => {
  it.each([408, 409, 425])("of status %i it is tried again, and is the provider's own rejection in the end", (status) => {
    expect(failureClassOf(aFailure({ status })).next).toBe('same');
    expect(failureClassOf(aFailure({ status })).stopReason).toBe('REJECTED');
  });

  it('of status 498, which a client’s own choice of a tier brings about, the next channel is tried', () => {
    expect(failureClassOf(aFailure({ status: 498 }))).toMatchObject({ next: 'next', againstChannel: 'never', stopReason: 'REJECTED' });
  });

  it.each([500, 502, 503, 504, 529])('of status %i the same channel may be tried again', (status) => {
    expect(failureClassOf(aFailure({ status })).next).toBe('same');
    expect(failureClassOf(aFailure({ status })).stopReason).toBe('UPSTREAM_ERROR');
  });

  it.each([401, 402, 403, 429])('of status %i, which is the fault of the channel, the next channel is tried', (status) => {
    expect(failureClassOf(aFailure({ status })).next).toBe('next');
    expect(failureClassOf(aFailure({ status })).stopReason).toBe('UPSTREAM_ERROR');
  });

  it.each([400, 404, 413, 415, 422])('of status %i, which is the fault of the request, nothing more is tried', (status) => {
    expect(failureClassOf(aFailure({ status })).next).toBe('stop');
    expect(failureClassOf(aFailure({ status })).stopReason).toBe('REJECTED');
  });

  it.each(['connect_failed', 'connection_lost', 'malformed_answer'] as const)('of kind %s it is tried again', (kind) => {
    expect(failureClassOf(aFailure({ kind })).next).toBe('same');
    expect(failureClassOf(aFailure({ kind })).stopReason).toBe('UPSTREAM_ERROR');
  });

  it.each(['connect_timeout', 'first_byte_timeout', 'idle_timeout', 'total_timeout'] as const)('of kind %s it is a timeout', (kind) => {
    expect(failureClassOf(aFailure({ kind })).next).toBe('same');
    expect(failureClassOf(aFailure({ kind })).stopReason).toBe('UPSTREAM_TIMEOUT');
  });

  it.each([401, 402, 403])('of status %i, which refuses the secret, another secret of the channel may be taken', (status) => {
    expect(failureClassOf(aFailure({ status })).refusesSecret).toBe(true);
  });

  it('that the gateway made itself nothing more is tried', () => {
    expect(failureClassOf(aFailure({ kind: 'cut' })).next).toBe('stop');
  });
});

describe('against a channel', () => {
  it.each([401, 402, 403, 429, 500, 502, 529])('speaks a failure of status %i', (status) => {
    expect(isFaultOfChannel(aFailure({ status }), false)).toBe(true);
  });

  it.each(['connect_failed', 'connect_timeout', 'connection_lost', 'first_byte_timeout', 'idle_timeout', 'malformed_answer'] as const)(
    'speaks a failure of kind %s, also after output had come',
    (kind) => {
      expect([isFaultOfChannel(aFailure({ kind }), false), isFaultOfChannel(aFailure({ kind }), true)]).toEqual([true, true]);
    },
  );

  it.each([400, 404, 408, 409, 413, 422, 425])('does not speak a rejection of status %i', (status) => {
    expect(isFaultOfChannel(aFailure({ status }), false)).toBe(false);
  });

  it('does not speak a client that left, an answer that is too large, or a total time that a slow client may have used up', () => {
    expect(isFaultOfChannel(aFailure({ kind: 'cut' }), true)).toBe(false);
    expect(isFaultOfChannel(aFailure({ kind: 'answer_too_large' }), false)).toBe(false);
    expect(isFaultOfChannel(aFailure({ kind: 'total_timeout' }), true)).toBe(false);
    expect(isFaultOfChannel(aFailure({ kind: 'total_timeout' }), false)).toBe(true);
  });
});
