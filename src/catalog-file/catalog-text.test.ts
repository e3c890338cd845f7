import { SURROUNDINGS } from '../../test/support/example-catalog';
import { parseCatalog } from './parse-catalog';

describe('the text of a catalog', () => {
  it('refuses a field that stands twice in JSON, with its place', () => {
    const text = '{"channels": [], "models": [],\n "routes": [], "routes": []}';
    expect(() => parseCatalog(text, 'json', SURROUNDINGS)).toThrow(/catalog line 2, column 16: is a field that stands there already/);
  });

  it('refuses a reference to the environment that is not finished', () => {
    const channel = { id: 'a', protocol: 'openai', baseUrl: 'https://a.example', apiKey: '${A_KEY' };
    const text = JSON.stringify({ channels: [channel], models: [], routes: [] });
    expect(() => parseCatalog(text, 'json', SURROUNDINGS)).toThrow(/channels\[0\]\.apiKey: begins a \$\{ that no \} ends/);
  });
});
