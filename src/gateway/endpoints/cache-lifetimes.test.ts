import { Fault } from '../../kernel/fault';
import { chatCompletions } from './chat-completions';
import type { Endpoint } from './endpoint';
import { responses } from './responses';

function paramOf({ want }: Endpoint, body: object): string | null | undefined {
  try {
    want({ model: 'm', ...body }, 'm', undefined);
    return null;
  } catch (error) {
    if (error instanceof Fault) return error.detail.param;
    throw error;
  }
}

const HI = [{ role: 'user', content: 'hi' }];
const chat = (body: object) => paramOf(chatCompletions, { messages: HI, ...body });
const response = (body: object) => paramOf(responses, { input: 'hi', ...body });
const control = (ttl: unknown) => ({ cache_control: { type: 'ephemeral', ttl } });
const breakpoint = (ttl: unknown) => ({ prompt_cache_breakpoint: { mode: 'explicit', ttl } });
const tool = { type: 'function', function: { name: 'f' } };

describe('a cache that is kept for longer than the price of writing to one says', () => {
  it.each([
    [control('1h'), 'cache_control.ttl'],
    [{ prompt_cache_options: { ttl: '12h' } }, 'prompt_cache_options.ttl'],
    [{ messages: [{ role: 'system', content: 'x', ...control('1h') }] }, 'messages[0].cache_control.ttl'],
    [
      { messages: [...HI, { role: 'user', content: [{ type: 'text', text: 'x', ...control('1h') }] }] },
      'messages[1].content[0].cache_control.ttl',
    ],
    [
      { messages: [{ role: 'user', content: [{ type: 'text', text: 'x', ...breakpoint('12h') }] }] },
      'messages[0].content[0].prompt_cache_breakpoint.ttl',
    ],
    [{ tools: [tool, { ...tool, ...control('1h') }] }, 'tools[1].cache_control.ttl'],
  ])('is refused in a chat: %j', (body, param) => {
    expect(chat(body)).toBe(param);
  });

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
    expect(response(body)).toBe(param);
  });

  it('is none where the shortest is asked for, or no time is said', () => {
    for (const ttl of ['5m', null, undefined]) expect(chat({ ...control(ttl), tools: [{ ...tool, ...control(ttl) }] })).toBeNull();
    for (const ttl of ['30m', null, undefined]) {
      const marked = [{ type: 'input_text', text: 'x', ...breakpoint(ttl) }];
      expect(response({ prompt_cache_options: { ttl }, input: [{ role: 'user', content: marked }] })).toBeNull();
    }
  });
});
