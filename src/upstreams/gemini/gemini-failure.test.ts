import { aChannel } from '../../../test/support/catalog-builders';
import { geminiText } from '../../../test/support/gemini-fixtures';
import { failureClassOf } from '../../attempts/failure-classes';
import { GeminiDecoder } from './answer-decoder';
import { geminiRefusal } from './gemini-failure';

const channel = aChannel('g', { protocol: 'gemini', apiKey: 'AIzaSyExampleExampleExample' });
const refusal = (status: number, fixture: string) => geminiRefusal(status, geminiText(fixture), channel);

describe('a refusal of Gemini', () => {
  it('of the request is the client’s to mend, in the words of the provider', () => {
    const failure = refusal(400, 'error-argument.json');
    expect(failure).toEqual({
      kind: 'provider_error',
      status: 400,
      message: "Invalid value at 'generation_config.temperature': 9",
      code: 'INVALID_ARGUMENT',
      type: null,
    });
    expect(failureClassOf(failure).next).toBe('stop');
  });

  it('for its rate says when it takes a request again, as Google says it in the body', () => {
    const rateLimited = (retryDelay: unknown) => {
      const details = [
        { '@type': 'type.googleapis.com/google.rpc.Help' },
        { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay },
      ];
      const error = { code: 429, message: 'Resource has been exhausted', status: 'RESOURCE_EXHAUSTED', details };
      return geminiRefusal(429, JSON.stringify({ error }), channel);
    };
    expect(rateLimited('58s')).toMatchObject({ status: 429, code: 'RESOURCE_EXHAUSTED', resetMs: 58_000 });
    expect(rateLimited('45.837906927s')).toMatchObject({ resetMs: 45_838 });
    for (const odd of ['', 'soon', 12, undefined]) expect(rateLimited(odd)).not.toHaveProperty('resetMs');
  });

  it.each([
    ['a wrong key', 'error-key.json', 401],
    ['a place that is not served', 'error-place.json', 403],
  ])('of the channel (%s) comes as 400, and leads to the next channel', (_what, fixture, status) => {
    const failure = refusal(400, fixture);
    expect(failure.status).toBe(status);
    expect(failureClassOf(failure).next).toBe('next');
  });

  it('for its rate names no project of the operator', () => {
    const failure = refusal(429, 'error-rate.json');
    expect(failure).toMatchObject({ status: 429, code: 'RESOURCE_EXHAUSTED' });
    expect(failure.message).not.toContain('123456789');
  });

  it('is read from a list too, as streams without events have it', () => {
    expect(geminiRefusal(503, `[${geminiText('error-argument.json')}]`, channel)).toMatchObject({ status: 503, code: 'INVALID_ARGUMENT' });
  });

  it.each(['', '<html>', '[]', '{"error":"x"}'])('that says nothing that can be read still is one: %j', (body) => {
    expect(geminiRefusal(500, body, channel)).toMatchObject({
      status: 500,
      message: 'The provider reported an error without a message.',
      code: null,
    });
  });

  it('of our account or rate that comes in place of an answer leads to the next channel', () => {
    const failureIn = (code: number, status: string) => new GeminiDecoder(channel).take({ error: { code, message: 'x', status } }).failure;
    expect(failureIn(429, 'RESOURCE_EXHAUSTED')).toMatchObject({ status: 429, code: 'RESOURCE_EXHAUSTED' });
    expect(failureClassOf(failureIn(429, 'RESOURCE_EXHAUSTED')!).next).toBe('next');
    expect(failureIn(503, 'UNAVAILABLE')).toMatchObject({ status: null, code: 'UNAVAILABLE' });
  });

  it('never repeats the key of the channel', () => {
    const body = JSON.stringify({ error: { message: `Bad key ${channel.apiKey}`, status: channel.apiKey } });
    expect(JSON.stringify(geminiRefusal(400, body, channel))).not.toContain(channel.apiKey);
  });
});
