import { clipped, scrubbed } from './scrub';

const channel = { apiKey: 'secret-of-channel', baseUrl: 'https://cheap-a.example:8443/v1' };

describe('scrubbed', () => {
  it.each([
    ['the key of the channel', 'Invalid key secret-of-channel!', 'Invalid key …!'],
    ['the host of the channel', 'cheap-a.example:8443 and cheap-a.example are down', '… and … are down'],
    ['a bearer token', 'header "Bearer abc.def-ghi" refused', 'header "…" refused'],
    ['a masked key', 'Incorrect API key provided: sk-proj-ab**********xyz. Try again', 'Incorrect API key provided: … Try again'],
    ['addresses', 'dial tcp 10.0.3.4:8080: refused, see https://platform.example/keys?x=1 for more', 'dial tcp …: refused, see … for more'],
    [
      'an organisation',
      'Rate limit for gpt-4 in organization org-AbCd1234Efgh on tokens',
      'Rate limit for gpt-4 in organization … on tokens',
    ],
    ['a project', 'Denied for project_number:123456 (projects/my-shop-1).', 'Denied for … (…).'],
    ['a key of Google', 'API key AIzaSyAbCdEf-GhIjKl is not valid.', 'API key … is not valid.'],
  ])('hides %s', (_name, message, expected) => {
    expect(scrubbed(message, channel)).toBe(expected);
  });

  it('keeps what helps the user', () => {
    const message = "Invalid value: 'max_tokens' must be at least 1 (ask-me, risk-free, 3.5).";
    expect(scrubbed(message, channel)).toBe(message);
  });

  it('is at most 500 characters, and never ends in half of one', () => {
    expect(scrubbed('x'.repeat(10_000), channel)).toHaveLength(500);
    const emoji = clipped('😀'.repeat(400), 500);
    expect(emoji.length).toBeLessThanOrEqual(500);
    expect(Buffer.from(emoji).toString()).toBe(emoji);
  });
});
