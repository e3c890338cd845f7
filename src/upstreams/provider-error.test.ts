import { aChannel } from '../../test/support/catalog-builders';
import { failureClassOf } from '../attempts/failure-classes';
import { refusalOf } from './provider-error';

const refused = (body: unknown) => refusalOf(400, JSON.stringify(body), aChannel('c'));
const ERROR = { message: 'Invalid value at temperature', code: 400, type: 'invalid' };
const TOLD = { kind: 'provider_error', status: 400, message: ERROR.message, code: '400', type: 'invalid' };

describe('what a provider says of a refusal', () => {
  it('is read alike from an error, from the body itself, and from a list, as Google’s compatible endpoint sends it', () => {
    for (const body of [{ error: ERROR }, ERROR, [{ error: ERROR }]]) expect(refused(body)).toEqual(TOLD);
  });

  it('is the first one of a list beside the word that nothing succeeded, as Cloudflare sends it', () => {
    const { message, code } = ERROR;
    for (const errors of [
      [{ code, message }],
      [
        { code, message },
        { code: 1, message: 'and more' },
      ],
    ]) {
      expect(refused({ success: false, errors, messages: [], result: {} })).toEqual({ ...TOLD, type: null });
    }
  });

  it('names the member where it is told in a list of faults, and nothing that is nested in one', () => {
    const deep = `[${'['.repeat(1_000)}${']'.repeat(1_000)}, "body", "messages", 0]`;
    const body = `{"detail":[{"loc":${deep},"msg":"field required"},{"msg":"and more"}]}`;
    expect(refusalOf(422, body, aChannel('c')).message).toBe('body.messages.0: field required; and more');
  });

  it.each([
    [
      'a credit that is used up',
      402,
      400,
      { type: 'invalid_request_error', message: 'Your credit balance is too low to access the Anthropic API.' },
    ],
    ['a limit of ours', 402, 400, { type: 'invalid_request_error', message: 'You have reached your specified API usage limits. You will' }],
    ['a bill that is overdue', 402, 400, { code: 'Arrearage', type: 'Arrearage', message: 'Access denied, please make sure your account' }],
    ['a limit of spend', 402, 400, { code: 'billing_hard_limit_reached', message: 'Billing hard limit has been reached' }],
    ['an account that is closed', 403, 400, { code: 'organization_restricted', message: 'Organization has been restricted' }],
    ['an account that is suspended', 403, 412, { code: 'PRECONDITION_FAILED', message: 'Account x is suspended' }],
    ['a secret that is wrong', 401, 400, 'Incorrect API key provided: ab***. You can obtain one'],
  ])('is about our own account where it says so, whatever the status: %s', (_what, meant, status, error) => {
    const failure = refusalOf(status, JSON.stringify({ error }), aChannel('c'));
    expect(failure).toMatchObject({ status: meant });
    expect(failureClassOf(failure)).toMatchObject({ next: 'next', refusesSecret: true, stopReason: 'UPSTREAM_ERROR' });
  });

  it('is about the request where that only quotes such words', () => {
    expect(refused({ error: { message: 'Invalid value: "Your credit balance is too low to access x"' } })).toMatchObject({ status: 400 });
  });

  it('is the text of the body where that is of no known form', () => {
    expect(refused(['no', 'object'])).toMatchObject({ status: 400, message: '["no","object"]', code: null });
  });
});
