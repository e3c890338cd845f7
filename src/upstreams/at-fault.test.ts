import { aChannel } from '../../test/support/catalog-builders';
import { GeminiDecoder } from './gemini/answer-decoder';
import { geminiRefusal } from './gemini/gemini-failure';
import { providerError, refusalOf } from './provider-error';

const channel = aChannel('c');
const refused = (status: number, error: object | string) => refusalOf(status, JSON.stringify({ error }), channel).atFault;
const inAnswer = (error: object) => providerError(error, channel).atFault;
const ofGemini = (status: number, error: object) => geminiRefusal(status, JSON.stringify({ error }), channel).atFault;

describe('the words of a provider', () => {
  it.each([
    ['a filter', 500, { code: 'content_filter' }],
    ['a filter in capitals', 400, { code: 'DataInspectionFailed' }],
    ['a moderation in front of a model', 403, { code: 403, message: 'flagged', metadata: { reasons: ['violence'], flagged_input: 'x' } }],
    ['a context that is too long', 400, { code: 'context_length_exceeded' }],
    [
      'more tokens than may ever be sent',
      429,
      { code: 'rate_limit_exceeded', type: 'tokens', message: 'Request too large for gpt-4o: Limit 30000' },
    ],
    ['a context that is sold apart', 429, { type: 'rate_limit_error', message: 'Extra usage is required for long context requests.' }],
  ])('blame the request for %s', (_what, status, error) => {
    expect(refused(status, error)).toBe('request');
  });

  it.each([
    ['a filter', { code: 'content_filter', message: 'x' }],
    ['a picture that a filter stopped', { code: 'OutputImageSensitiveContentDetected', message: 'x' }],
    ['a text that a filter stopped', { code: 'InputTextSensitiveContentDetected.PolicyViolation', message: 'x' }],
    ['a text that may be a risk', { code: 'InputTextRiskDetection', message: 'x' }],
    ['a picture that is none', { code: 'invalid_image_format' }],
    ['a picture that is not there', { code: 'failed_to_download_image' }],
    ['a request that is none', { type: 'invalid_request_error', message: 'prompt is too long' }],
    ['a number', { code: 400, message: 'x' }],
  ])('blame the request in place of an answer for %s', (_what, error) => {
    expect(inAnswer(error)).toBe('request');
  });

  it.each([
    ['a model that is not there', 404, { code: 'model_not_found', type: 'invalid_request_error' }],
    ['a model that is no longer there', 400, { code: 'model_decommissioned' }],
    ['a deployment', 404, { code: 'DeploymentNotFound' }],
    ['a model by its name', 404, { type: 'not_found_error', message: 'model: claude-9' }],
    ['a model, as vLLM tells it', 404, { code: 404, type: 'NotFoundError', message: 'The model `m` does not exist.' }],
    ['a model, as Moonshot tells it', 404, { type: 'resource_not_found_error', message: 'Not found the model m or Permission denied' }],
    ['a model, as DeepSeek tells it', 400, { code: 'invalid_request_error', type: 'invalid_request_error', message: 'Model Not Exist' }],
    ['a model, as Zhipu tells it', 400, { code: '1211', message: 'Unknown Model, please check the model code.' }],
    [
      'a model, as Zhipu tells it on its Anthropic API',
      400,
      { type: 'invalid_request_error', code: '1211', message: '[1211][模型不存在，请检查模型代码。][20260723]' },
    ],
    ['a model, as xAI tells it', 404, 'The model grok-9 does not exist or your team 76d4 does not have access to it.'],
    ['a model, as Fireworks tells it', 404, { code: 'NOT_FOUND', message: 'Model not found, inaccessible, and/or not deployed' }],
    ['a model, as Together tells it', 404, { code: 'model_not_available', type: 'invalid_request_error', message: 'Unable to access it' }],
    ['a model, as Ollama tells it', 404, { type: 'api_error', message: 'model "llama9" not found, try pulling it first' }],
    ['a model, as OpenRouter tells it', 404, { code: 404, message: 'No endpoints found for meta/llama-9:free.' }],
    ['a name of a model, as OpenRouter tells it', 400, { code: 400, message: 'meta/llama-99 is not a valid model ID' }],
    [
      'a model that is not open, as ByteDance tells it',
      404,
      { code: 'ModelNotOpen', type: 'Not Found', message: 'Your account has not activated it' },
    ],
    [
      'a model, as ByteDance tells it',
      404,
      { code: 'InvalidEndpointOrModel.NotFound', type: 'NotFound', message: 'The model or endpoint' },
    ],
    ['a model, as Mistral tells it', 400, { code: '1500', type: 'invalid_model', message: 'Invalid model: m' }],
    ['a model, as SiliconFlow tells it', 400, { code: 20012, message: 'Model does not exist. Please check it carefully.' }],
  ])('blame the channel for %s', (_what, status, error) => {
    expect(refused(status, error)).toBe('channel');
  });

  it.each([
    ['a secret', 403, { message: 'forbidden', type: 'permission_error' }],
    ['a rate', 429, { code: 'rate_limit_exceeded', message: 'Rate limit reached' }],
    ['a rate, of a client that quotes another one', 429, { message: 'Rate limit reached: "Request too large"' }],
    ['something that is not there', 404, { message: 'No file model: x', type: 'not_found_error' }],
    ['a request that quotes it', 400, { message: 'Invalid value: "Model Not Exist"', type: 'invalid_request_error' }],
    ['an outage', 500, { type: 'invalid_request_error' }],
  ])('leave it to the status for %s', (_what, status, error) => {
    expect(refused(status, error)).toBeUndefined();
  });

  it.each([
    { code: 'server_error' },
    { code: 429 },
    { code: 401 },
    { code: 502 },
    { type: 'overloaded_error' },
    { code: 'invalid_api_key', type: 'invalid_request_error' },
    { message: 'x' },
  ])('leave it to the channel in place of an answer: %j', (error) => {
    expect(inAnswer(error)).toBeUndefined();
  });

  it('of Gemini blame the request for a file of others, and the channel for a model that is not there', () => {
    const message = 'You do not have permission to access the File abc or it may not exist.';
    expect(ofGemini(403, { code: 403, message, status: 'PERMISSION_DENIED' })).toBe('request');
    expect(ofGemini(403, { code: 403, message: 'Permission denied on resource', status: 'PERMISSION_DENIED' })).toBeUndefined();
    expect(ofGemini(404, { code: 404, message: 'models/gemini-9 is not found for API version v1beta', status: 'NOT_FOUND' })).toBe(
      'channel',
    );
  });

  it.each(['MALFORMED_FUNCTION_CALL', 'UNEXPECTED_TOOL_CALL', 'NO_IMAGE', 'OTHER'])(
    'of Gemini blame the request for an end that the model wrote: %s',
    (finishReason) => {
      const { failure } = new GeminiDecoder(channel).take({ candidates: [{ content: { parts: [] }, finishReason }] });
      expect(failure).toMatchObject({ code: finishReason.toLowerCase(), atFault: 'request' });
    },
  );

  it('of Gemini leave an end to the channel that no model writes, and blame the request for a part that only it can have asked for', () => {
    const endOf = (candidate: object) => new GeminiDecoder(channel).take({ candidates: [candidate] }).failure;
    expect(endOf({ content: {}, finishReason: 5 })).not.toHaveProperty('atFault');
    expect(endOf({ content: { parts: [{ functionCall: {} }] } })).not.toHaveProperty('atFault');
    expect(endOf({ content: { parts: [{ inlineData: {} }] } })).toMatchObject({ kind: 'malformed_answer', atFault: 'request' });
  });
});
