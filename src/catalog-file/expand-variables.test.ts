import { SURROUNDINGS } from '../../test/support/example-catalog';
import { parseCatalog } from './parse-catalog';

describe('a reference to the environment', () => {
  it('that is not finished is refused, with its place', () => {
    const channel = { id: 'a', protocol: 'openai', baseUrl: 'https://a.example', apiKey: '${A_KEY' };
    const text = JSON.stringify({ channels: [channel], models: [], routes: [] });
    expect(() => parseCatalog(text, 'json', SURROUNDINGS)).toThrow(/channels\[0\]\.apiKey: begins a \$\{ that no \} ends/);
  });
});
