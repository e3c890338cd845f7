import { lackOfLongCaches } from './long-cache';

const HI = [{ role: 'user', content: 'hi' }];
const lack = (body: object) => lackOfLongCaches({ model: 'm', messages: HI, ...body });
const control = (ttl: unknown) => ({ cache_control: { type: 'ephemeral', ttl } });
const breakpoint = (ttl: unknown) => ({ prompt_cache_breakpoint: { mode: 'explicit', ttl } });
const tool = { type: 'function', function: { name: 'f' } };

describe('a chat whose bytes pass through', () => {
  it.each([
    [control('1h'), 'cache_control.ttl must be 5m'],
    [{ prompt_cache_options: { ttl: '12h' } }, 'prompt_cache_options.ttl must be 30m'],
    [{ messages: [{ role: 'system', content: 'x', ...control('1h') }] }, 'messages[0].cache_control.ttl must be 5m'],
    [
      { messages: [...HI, { role: 'user', content: [{ type: 'text', text: 'x', ...control('1h') }] }] },
      'messages[1].content[0].cache_control.ttl must be 5m',
    ],
    [
      { messages: [{ role: 'user', content: [{ type: 'text', text: 'x', ...breakpoint('12h') }] }] },
      'messages[0].content[0].prompt_cache_breakpoint.ttl must be 30m',
    ],
    [{ tools: [tool, { ...tool, ...control('1h') }] }, 'tools[1].cache_control.ttl must be 5m'],
  ])('asks for no cache that is kept for longer than the price of writing to one says: %j', (body, obstacle) => {
    expect(lack(body)).toBe(`${obstacle} there: others are priced apart.`);
  });

  it('may ask for the shortest, and for one of no time that is said', () => {
    for (const ttl of ['5m', null, undefined]) expect(lack({ ...control(ttl), tools: [{ ...tool, ...control(ttl) }] })).toBeNull();
    for (const ttl of ['30m', null, undefined]) {
      const content = [{ type: 'text', text: 'x', ...breakpoint(ttl) }];
      expect(lack({ prompt_cache_options: { ttl }, messages: [{ role: 'user', content }] })).toBeNull();
    }
  });
});
