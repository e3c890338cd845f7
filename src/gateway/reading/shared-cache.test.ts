import { sharedBy } from './shared-cache';

const valueOf = (...args: Parameters<typeof sharedBy>) => sharedBy(...args)?.value;
const chat = (content: unknown, more: object = {}) => ({
  messages: [
    { role: 'system', content },
    { role: 'user', content: 'x' },
  ],
  ...more,
});

describe('what keeps requests on one channel', () => {
  it('is nothing unless the route or the client asks for it', () => {
    expect(sharedBy(undefined, 'key', chat('be brief', { user: 'u' }))).toBeNull();
    expect(valueOf(undefined, 'key', chat('be brief', { prompt_cache_key: 'c' }))).toBe('key\nc');
    expect(valueOf(undefined, 'key', chat('be brief', { prompt_cache_key: '' }))).toBeUndefined();
  });

  it('is the API key, or its user, where the route says key', () => {
    expect(valueOf('key', 'key', chat('be brief'))).toBe('key');
    expect(valueOf('key', 'key', chat('be brief', { user: 'u' }))).toBe('key\nu');
  });

  it.each([
    ['of a chat', chat('be brief')],
    ['in parts', chat([{ type: 'text', text: 'be brief' }])],
    ['of Messages', { system: [{ type: 'text', text: 'be brief' }], messages: [{ role: 'user', content: 'x' }] }],
    ['of a response', { instructions: 'be brief', input: 'x' }],
    ['of a response in items', { input: [{ role: 'user', content: [{ type: 'input_text', text: 'be brief' }] }] }],
    ['of a completion', { prompt: 'be brief' }],
  ])('is the beginning of the prompt, %s, whoever sends it', (_name, json) => {
    expect(valueOf('prefix', 'one', json)).toBe('be brief');
    expect(valueOf('prefix', 'two', json)).toBe('be brief');
  });

  it('reads no more of a prompt than tells its cache, and goes by the key where there is no text', () => {
    expect(valueOf('prefix', 'key', chat('y'.repeat(100_000)))).toHaveLength(1_024);
    expect(valueOf('prefix', 'key', chat([{ type: 'image_url' }]))).toBe('key');
    expect(valueOf('prefix', 'key', {})).toBe('key');
  });
});
