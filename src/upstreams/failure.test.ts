import { AddressRefused } from './address-guard';
import { transportFailure } from './failure';

function failed(code: string): Error {
  return Object.assign(new Error(`${code} 10.0.0.7:443 api.secret.example`), { code });
}

describe('transportFailure', () => {
  it.each([
    ['ECONNREFUSED', 'connect_failed'],
    ['ENOTFOUND', 'connect_failed'],
    ['EAI_AGAIN', 'connect_failed'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'connect_failed'],
    ['UND_ERR_INVALID_ARG', 'connect_failed'],
    ['UND_ERR_CONNECT_TIMEOUT', 'connect_timeout'],
    ['ETIMEDOUT', 'connect_timeout'],
  ])('%s before sending is %s, and names no address', (code, kind) => {
    const failure = transportFailure(failed(code), false);
    expect(failure).toMatchObject({ kind, status: null });
    expect(failure.message).not.toMatch(/10\.0|secret/);
  });

  it.each([
    ['UND_ERR_SOCKET', 'connection_lost'],
    ['ECONNRESET', 'connection_lost'],
    ['HPE_INVALID_CONSTANT', 'malformed_answer'],
  ])('%s after sending is %s', (code, kind) => {
    expect(transportFailure(failed(code), true).kind).toBe(kind);
  });

  it('tells the operator how to allow a private address', () => {
    expect(transportFailure(new AddressRefused(), false).message).toContain('UPSTREAM_ALLOW_PRIVATE=true');
  });
});
