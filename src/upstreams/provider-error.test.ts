import { aChannel } from '../../test/support/catalog-builders';
import { refusalOf } from './provider-error';

const refused = (body: unknown) => refusalOf(400, JSON.stringify(body), aChannel('c'));
const ERROR = { message: 'Invalid value at temperature', code: 400, type: 'invalid' };
const TOLD = { kind: 'provider_error', status: 400, message: ERROR.message, code: '400', type: 'invalid' };

describe('what a provider says of a refusal', () => {
  it('is read alike from an error, from the body itself, and from a list, as Google’s compatible endpoint sends it', () => {
    for (const body of [{ error: ERROR }, ERROR, [{ error: ERROR }]]) expect(refused(body)).toEqual(TOLD);
  });

  it('names the member where it is told in a list of faults, and nothing that is nested in one', () => {
    const deep = `[${'['.repeat(30_000)}${']'.repeat(30_000)}, "body", "messages", 0]`;
    const body = `{"detail":[{"loc":${deep},"msg":"field required"},{"msg":"and more"}]}`;
    expect(refusalOf(422, body, aChannel('c')).message).toBe('body.messages.0: field required; and more');
  });

  it('is the text of the body where that is of no known form', () => {
    expect(refused(['no', 'object'])).toMatchObject({ status: 400, message: '["no","object"]', code: null });
  });
});
