import { aChannel } from '../../test/support/catalog-builders';
import { AddressRefused } from './address-guard';
import { refusalAtPath, transportFailure } from './failure';
import { geminiRefusal } from './gemini/gemini-failure';
import { refusalOf } from './provider-error';

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

  it.each(['EMFILE', 'ENFILE', 'ENOMEM'])('%s is no fault of the channel', (code) => {
    expect(transportFailure(failed(code), false)).toMatchObject({ kind: 'connect_failed', atFault: 'gateway' });
  });

  it('tells the operator how to allow a private address', () => {
    expect(transportFailure(new AddressRefused(), false).message).toContain('UPSTREAM_ALLOW_PRIVATE=true');
  });
});

describe('a refusal that no API wrote', () => {
  const [page, channel] = ['<html><body>404 Not Found</body></html>', aChannel('c')];
  const refused = (status: number, body: string) => refusalAtPath(refusalOf(status, body, channel));

  it.each([
    ['a page', 404, page],
    ['nothing', 404, ''],
    ['a word of Go', 404, '404 page not found\n'],
    ['FastAPI', 404, '{"detail":"Not Found"}'],
    ['Spring', 404, '{"timestamp":1,"status":404,"error":"Not Found","path":"/v2/chat/completions"}'],
    [
      'OpenAI',
      404,
      '{"error":{"message":"Invalid URL (POST /v2/chat/completions)","type":"invalid_request_error","param":null,"code":null}}',
    ],
    ['Azure', 404, '{"error":{"code":"404","message":"Resource not found"}}'],
    ['Anthropic', 404, '{"type":"error","error":{"type":"not_found_error","message":"Not Found"}}'],
    ['Kong', 404, '{"message":"no Route matched with those values"}'],
    ['a server of files', 405, page],
  ])('tells of a path that is not there: %s', (_what, status, body) => {
    const told = { kind: 'no_endpoint', status, message: expect.stringContaining('base URL of the channel') };
    expect(refused(status, body)).toMatchObject(told);
  });

  it('tells so of Google as well, whose errors are written otherwise', () => {
    expect(refusalAtPath(geminiRefusal(404, page, channel)).kind).toBe('no_endpoint');
  });

  it.each([
    ['words of its own', 404, '{"error":{"message":"No such file: not found","code":null}}'],
    ['words of its own, as a text', 404, 'no such file'],
    ['a code', 404, '{"error":{"code":"file_not_found"}}'],
    ['a model that is gone', 404, '{"error":{"code":"model_not_found"}}'],
    ['another status', 400, page],
    ['another one', 413, page],
  ])('is taken as it is with %s', (_what, status, body) => {
    expect(refused(status, body)).toEqual(refusalOf(status, body, channel));
  });
});
