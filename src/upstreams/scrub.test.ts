import { scrubbed } from './scrub';

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
  ])('hides %s', (_name, message, expected) => {
    expect(scrubbed(message, channel)).toBe(expected);
  });

  it('hides every secret of a channel that has several', () => {
    const several = { ...channel, apiKey: 'secret-in-use', apiKeys: ['secret-in-use', 'secret-at-rest'] };
    expect(scrubbed('neither secret-in-use nor secret-at-rest is valid', several)).toBe('neither … nor … is valid');
  });

  it.each([
    "Invalid value: 'max_tokens' must be at least 1 (ask-me, risk-free, 3.5).",
    'messages.0.content[1].image_url: the model gpt-4.1-mini-2025-04-14 takes no images before 12:30:45.',
    'Unknown parameter text.format.name, or std::vector; use response_format: { "type": "json_schema" }.',
    'This project has no access; the account of this user is user-defined, its api key: must be set.',
    'Too long: 128001 tokens > 128000, ratio 16:9, version 2024-10-21.',
  ])('keeps what helps the user: %s', (message) => {
    expect(scrubbed(message, channel)).toBe(message);
  });

  const secret = channel.apiKey;
  it.each([
    ['in another case', secret.toUpperCase()],
    ['in base64', Buffer.from(secret).toString('base64')],
    ['in base64, with a user before it', Buffer.from(`me:${secret}`).toString('base64')],
    ['in base64, with a scheme before it and more behind it', Buffer.from(`Bearer ${secret},`).toString('base64url')],
    ['in percent codes', [...Buffer.from(secret)].map((byte) => `%${byte.toString(16)}`).join('')],
    ['in hex', Buffer.from(secret).toString('hex')],
    ['in a string of JSON in a string of JSON', JSON.stringify(JSON.stringify({ key: secret }))],
    ['in two pieces', `${secret.slice(0, 8)}" + "${secret.slice(8)}`],
    ['letter by letter', [...secret].join(' ')],
    ['over two lines', `${secret.slice(0, 5)}\r\n  ${secret.slice(5)}`],
    ['with what nobody sees between', [...secret].join('\u200b')],
    ['without its end', secret.slice(0, -2)],
    ['without its beginning', secret.slice(3)],
  ])('hides the key of the channel %s', (_name, written) => {
    const text = scrubbed(`It says ${written} to us.`, channel);
    expect(text).toContain('…');
    const letters = (each: string) => each.replace(/[^a-z0-9]/gi, '').toLowerCase();
    const shown = letters(text);
    const hidden = [secret, written]
      .map(letters)
      .flatMap((each) => Array.from({ length: each.length - 11 }, (_, at) => each.slice(at, at + 12)));
    expect(hidden.filter((piece) => shown.includes(piece))).toEqual([]);
  });

  it('finds keys with characters of their own in URLs and JSON', () => {
    const odd = { ...channel, apiKey: 'a/b+c="d"&\\e f' };
    for (const written of [odd.apiKey, encodeURIComponent(odd.apiKey), JSON.stringify(odd.apiKey)]) {
      expect(scrubbed(`key ${written} refused`, odd)).not.toMatch(/a(\/|%2F)b/i);
    }
  });

  it.each([
    ['a host in another case', 'CHEAP-A.Example refused', '… refused'],
    ['other hosts of the same domain', 'edge-7.eu.cheap-a.example:443 and www.CHEAP-A.example', '… and …'],
    ['hosts of the own network', 'no route to pod-3.llm.svc.cluster.local:8080 or ip-10-0-3-4.ec2.internal', 'no route to … or …'],
    ['hosts with a port', 'upstream vllm.example.net:8000 is down, so is localhost:11434', 'upstream … is down, so is …'],
    ['addresses of IPv6', 'connect [2001:db8::7]:443 from fe80::1%eth0 via ::ffff:10.0.0.1', 'connect … from … via …'],
    [
      'projects of others',
      'consumer projects/123456789012 of organization: 1b9cbe0a-8f0e-4d7a-9d1c-0123456789ab',
      'consumer projects/… of organization: …',
    ],
    ['roles of a cloud', 'User arn:aws:iam::123456789012:role/llm is not authorised', 'User … is not authorised'],
    ['users of a provider', 'user-AbC1dEf2GhI3 in proj_Abcdefgh1234', '… in …'],
    ['keys of other kinds', 'AIzaSyA-1234567890abcdefghijk, AKIAIOSFODNN7EXAMPLE and SK-live1', '…, … and …'],
    ['signed tokens', 'token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln expired', 'token … expired'],
    ['named keys', 'bad x-api-key: 9f8e7d6c5b for this', 'bad x-api-key: … for this'],
    ['credentials of the basic scheme', 'Authorization: Basic dXNlcjpwYXNz= refused', 'Authorization: … refused'],
  ])('hides %s', (_name, message, expected) => {
    expect(scrubbed(message, channel)).toBe(expected);
  });

  it('takes time in proportion to the text, whatever is in it', () => {
    const long = { ...channel, apiKey: `${'a'.repeat(3_999)}b` };
    for (const text of ['a'.repeat(4_000), 'a.'.repeat(2_000), ':'.repeat(4_000), '1:'.repeat(2_000), 'a-'.repeat(2_000)]) {
      expect(scrubbed(text, long).length).toBeLessThanOrEqual(500);
    }
  });

  it('is at most 500 characters', () => {
    expect(scrubbed('x'.repeat(10_000), channel)).toHaveLength(500);
  });
});
