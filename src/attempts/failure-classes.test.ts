import { aFailure } from '../../test/support/fake-upstream';
import { classifyFailure, isFaultOfChannel, isSecretRefused } from './classify-failure';
import { failureClassOf } from './failure-classes';
import type { FailureKind } from './upstream';

describe('whom a failure blames', () => {
  /** Every way to fail without a status: adding one asks for its row here. */
  const BY_KIND: Readonly<Record<FailureKind, 'always' | 'before' | 'never'>> = {
    connect_failed: 'always',
    connect_timeout: 'always',
    connection_lost: 'always',
    first_byte_timeout: 'always',
    idle_timeout: 'always',
    total_timeout: 'before',
    provider_error: 'always',
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
      expect([isFaultOfChannel(blamed, false), isSecretRefused(blamed)]).toEqual([false, false]);
      expect(classifyFailure(blamed)).toBe(classifyFailure(plain));
      expect(failureClassOf(blamed).stopReason).toBe(failureClassOf(plain).stopReason);
    },
  );

  it.each([null, 400, 403, 404])(
    'is the channel where its own words say so, although the status looks like the request’s or the secret’s: %s',
    (status) => {
      const blamed = aFailure({ status, atFault: 'channel' });
      expect([isFaultOfChannel(blamed, false), isSecretRefused(blamed)]).toEqual([true, false]);
      expect(classifyFailure(blamed)).toBe(classifyFailure(aFailure({ status })));
    },
  );

  it('is nobody where the gateway itself stopped reading, whatever was said by then', () => {
    expect(isFaultOfChannel(aFailure({ kind: 'cut', atFault: 'channel' }), true)).toBe(false);
  });
});
