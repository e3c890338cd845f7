import { aFailure } from '../../test/support/fake-upstream';
import { classifyFailure, isFaultOfChannel, stopReasonOf } from './classify-failure';

describe('after a failure', () => {
  it.each([408, 409, 425])("of status %i it is tried again, and is the provider's own rejection in the end", (status) => {
    expect(classifyFailure(aFailure({ status }))).toBe('same');
    expect(stopReasonOf(aFailure({ status }))).toBe('REJECTED');
  });

  it.each([500, 502, 503, 504, 529])('of status %i the same channel may be tried again', (status) => {
    expect(classifyFailure(aFailure({ status }))).toBe('same');
    expect(stopReasonOf(aFailure({ status }))).toBe('UPSTREAM_ERROR');
  });

  it.each([401, 402, 403, 429])('of status %i, which is the fault of the channel, the next channel is tried', (status) => {
    expect(classifyFailure(aFailure({ status }))).toBe('next');
    expect(stopReasonOf(aFailure({ status }))).toBe('UPSTREAM_ERROR');
  });

  it.each([400, 404, 413, 415, 422])('of status %i, which is the fault of the request, nothing more is tried', (status) => {
    expect(classifyFailure(aFailure({ status }))).toBe('stop');
    expect(stopReasonOf(aFailure({ status }))).toBe('REJECTED');
  });

  it.each(['connect_failed', 'connection_lost', 'malformed_answer'] as const)('of kind %s it is tried again', (kind) => {
    expect(classifyFailure(aFailure({ kind }))).toBe('same');
    expect(stopReasonOf(aFailure({ kind }))).toBe('UPSTREAM_ERROR');
  });

  it.each(['connect_timeout', 'first_byte_timeout', 'idle_timeout', 'total_timeout'] as const)('of kind %s it is a timeout', (kind) => {
    expect(classifyFailure(aFailure({ kind }))).toBe('same');
    expect(stopReasonOf(aFailure({ kind }))).toBe('UPSTREAM_TIMEOUT');
  });

  it('that the gateway made itself nothing more is tried', () => {
    expect(classifyFailure(aFailure({ kind: 'cut' }))).toBe('stop');
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
