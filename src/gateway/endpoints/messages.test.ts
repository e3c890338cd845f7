import { refusalOf } from '../../../test/support/refusal';
import { countTokens, messages } from './messages';

const HI = [{ role: 'user', content: 'hi' }];
const HOUR = { type: 'ephemeral', ttl: '1h' };

const faultOf = (body: object) => refusalOf(messages, { max_tokens: 9, messages: HI, ...body });

function nested(levels: number): object {
  let block: object = { type: 'text', text: 'x' };
  for (let level = 0; level < levels; level += 1) block = { type: 'tool_result', content: [block] };
  return block;
}

describe('a request of messages', () => {
  it('needs a limit of its answer, which a count of its tokens does not', () => {
    expect(faultOf({ max_tokens: undefined })?.detail.param).toBe('max_tokens');
    expect(countTokens.want({ messages: HI }, 'm', undefined)).toMatchObject({ outputLimit: undefined, stream: false });
    expect(messages.want({ messages: HI, max_tokens: 7, stream: true }, 'm', undefined)).toMatchObject({
      outputLimit: 7,
      stream: true,
      wantsUsage: true,
    });
  });

  it.each([{ type: 'create' }, { type: 'continue', previous_message_id: 'msg_1' }])(
    'is no turn of a thread that the provider keeps, and tells a client in its own words to go on without: %j',
    (thread) => {
      expect(faultOf({ thread })?.detail).toEqual({
        param: 'thread',
        details: { error_code: 'thread_unsupported_request', unsupported: ['thread'] },
      });
      expect(faultOf({ thread: null })).toBeNull();
    },
  );

  it('may ask for no answer, so that its prompt is cached, and not for less', () => {
    expect(messages.want({ messages: HI, max_tokens: 0 }, 'm', undefined)).toMatchObject({ outputLimit: 0 });
    expect(faultOf({ max_tokens: -1 })?.publicMessage).toMatch(/^max_tokens must be a whole number from 0 /);
  });

  it('may be cached for five minutes, said or not', () => {
    for (const more of [{}, { ttl: '5m' }, { ttl: null }]) {
      const cached = { cache_control: { type: 'ephemeral', ...more } };
      expect(faultOf({ ...cached, system: [{ type: 'text', text: 'x', ...cached }] })).toBeNull();
    }
  });

  it('is refused by name where its blocks are nested deeper than blocks are, however deep that is', () => {
    expect(faultOf({ messages: [{ role: 'user', content: [nested(3)] }] })).toBeNull();
    for (const levels of [8, 50_000]) {
      const fault = faultOf({ messages: [{ role: 'user', content: [nested(levels)] }] });
      expect(fault).toMatchObject({
        code: 'invalid_request',
        publicMessage: expect.stringMatching(/^messages\[0\]\.content.* is nested too deeply\.$/),
      });
    }
  });

  it.each([
    [{ messages: [{ role: 'user' }] }, 'messages[0].content'],
    [{ messages: [{ role: 1, content: 'x' }] }, 'messages[0].role'],
    [{ messages: ['x'] }, 'messages[0]'],
    [{ messages: [{ role: 'user', content: ['x'] }] }, 'messages[0].content[0]'],
    [{ messages: [{ role: 'user', content: [{ type: 'container_upload', file_id: 'f' }] }] }, 'messages[0].content[0].type'],
    [{ tools: {} }, 'tools'],
    [{ tools: ['x'] }, 'tools[0]'],
    [{ tools: [{ type: 'computer_20250124', name: 'computer' }] }, 'tools[0].type'],
    [{ context_management: { edits: 'all' } }, 'context_management.edits'],
    [{ cache_control: HOUR }, 'cache_control.ttl'],
    [{ system: [{ type: 'text', text: 'x', cache_control: HOUR }] }, 'system[0].cache_control.ttl'],
    [{ tools: [{ name: 'f', input_schema: {}, cache_control: HOUR }] }, 'tools[0].cache_control.ttl'],
    [
      {
        messages: [{ role: 'user', content: [{ type: 'tool_result', content: [{ type: 'text', text: 'x', cache_control: HOUR }] }] }],
      },
      'messages[0].content[0].content[0].cache_control.ttl',
    ],
    [{ fallbacks: [{ model: 'dearer' }] }, 'fallbacks'],
    [{ models: ['dearer'] }, 'models'],
    [{ plugins: [{ id: 'web' }] }, 'plugins'],
    [{ stream: 'yes' }, 'stream'],
  ])('%j is wrong at %s', (body, param) => {
    expect(faultOf(body)?.detail.param).toBe(param);
  });
});
