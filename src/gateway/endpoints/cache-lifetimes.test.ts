import { refusedMember } from '../../../test/support/refusal';
import { responses } from './responses';

const paramOf = (body: object) => refusedMember(responses, { input: 'hi', ...body });

const control = (ttl: unknown) => ({ cache_control: { type: 'ephemeral', ttl } });
const breakpoint = (ttl: unknown) => ({ prompt_cache_breakpoint: { mode: 'explicit', ttl } });

describe('a cache that is kept for longer than the price of writing to one says', () => {
  it.each([
    [control('1h'), 'cache_control.ttl'],
    [{ prompt_cache_options: { mode: 'explicit', ttl: '12h' } }, 'prompt_cache_options.ttl'],
    [
      { input: [{ role: 'user', content: [{ type: 'input_text', text: 'x', ...breakpoint('12h') }] }] },
      'input[0].content[0].prompt_cache_breakpoint.ttl',
    ],
    [
      { input: [{ type: 'function_call_output', call_id: 'c', output: [{ type: 'input_text', text: 'x', ...breakpoint('12h') }] }] },
      'input[0].output[0].prompt_cache_breakpoint.ttl',
    ],
    [{ input: [{ role: 'user', content: 'x', ...breakpoint('12h') }] }, 'input[0].prompt_cache_breakpoint.ttl'],
    [{ tools: [{ type: 'function', name: 'f', ...control('1h') }] }, 'tools[0].cache_control.ttl'],
  ])('is refused in a response: %j', (body, param) => {
    expect(paramOf(body)).toBe(param);
  });

  it('is none where the shortest is asked for, or no time is said', () => {
    for (const ttl of ['5m', null, undefined]) expect(paramOf(control(ttl))).toBeNull();
    for (const ttl of ['30m', null, undefined]) {
      const marked = [{ type: 'input_text', text: 'x', ...breakpoint(ttl) }];
      expect(paramOf({ prompt_cache_options: { ttl }, input: [{ role: 'user', content: marked }] })).toBeNull();
    }
  });
});
