import { chatCompletions } from '../endpoints/chat-completions';
import { completions } from '../endpoints/completions';
import { messages } from '../endpoints/messages';
import { responses } from '../endpoints/responses';
import { readCall } from './read-call';

const MESSAGES = '"messages":[{"role":"user","content":"hi"}]';
const TOOL = '{"type":"function","function":{"name":"f"}}';

function faultOf(text: string, endpoint = chatCompletions): string | null {
  const reading = readCall(endpoint, Buffer.from(text));
  return reading.ok ? null : reading.fault.publicMessage;
}

describe('a body that says a member twice', () => {
  it.each([
    ['model', `{"model":"m","model":"other",${MESSAGES}}`],
    ['messages', `{"model":"m",${MESSAGES},${MESSAGES}}`],
    ['max_tokens', `{"model":"m","max_tokens":5,"max_t\\u006fkens":500,${MESSAGES}}`],
    ['tools', `{"model":"m","tools":[${TOOL}],"tools":[],${MESSAGES}}`],
    ['response_format', `{"model":"m","response_format":{"type":"json_schema"},"response_format":null,${MESSAGES}}`],
  ])('is refused where it decides what the request may cost: %s', (name, text) => {
    expect(faultOf(text)).toBe(`${name} stands in the body more than once.`);
  });

  it('goes through where it decides nothing', () => {
    expect(faultOf(`{"model":"m","seed":1,"seed":2,${MESSAGES}}`)).toBeNull();
  });
});

describe('a body that spells a member in another case', () => {
  it('is refused where some provider would obey it: the hold would not cover that', () => {
    expect(faultOf(`{"model":"m","Stream":true,${MESSAGES}}`)).toBe('Stream must be spelled stream.');
    expect(faultOf(`{"model":"m","Tools":[${TOOL}],${MESSAGES}}`)).toBe('Tools must be spelled tools.');
    // The sign of the Kelvin becomes a k.
    expect(faultOf('{"model":"m","max_output_to\u212Aens":9,"input":"hi"}', responses)).toMatch(/must be spelled max_output_tokens/);
  });
});

describe('a body whose tool has a type in another case', () => {
  const tools = `"tools":[{"type":"function","Type":"web_search","function":{"name":"f"}}]`;

  it.each([
    ['a chat', `{"model":"m",${tools},${MESSAGES}}`, chatCompletions],
    ['a response', `{"model":"m",${tools},"input":"hi"}`, responses],
    ['a message', `{"model":"m",${tools.replace('"function"', '"custom"')},"max_tokens":5,${MESSAGES}}`, messages],
  ])('is refused, because some server would run what that one says: %s', (_what, text, endpoint) => {
    expect(faultOf(text, endpoint)).toBe('tools[0].Type must be spelled type.');
  });
});

describe('a body that says its output limit as llama.cpp does', () => {
  it.each([
    ['a chat', MESSAGES, chatCompletions],
    ['a completion', '"prompt":"hi"', completions],
  ])('is refused, because that one would be obeyed in place of what is held for: %s', (_what, asked, endpoint) => {
    for (const limit of ['5000', '-1']) {
      const text = `{"model":"m","max_tokens":5,"n_predict":${limit},${asked}}`;
      expect(faultOf(text, endpoint)).toBe('n_predict is not served: set max_tokens, which every provider obeys.');
    }
    expect(faultOf(`{"model":"m","max_tokens":5,"n_predict":null,${asked}}`, endpoint)).toBeNull();
    expect(faultOf('{"model":"m","n_predict":9,"input":"hi"}', responses)).toContain('n_predict is not served: set max_output_tokens');
    expect(faultOf(`{"model":"m","max_tokens":5,"N_Predict":9,${asked}}`, endpoint)).toBe('N_Predict must be spelled n_predict.');
  });
});

describe('a body of more parts than any request has', () => {
  const refusal = 'The body has more than 250000 objects, lists and members.';
  const withMore = (member: string) => `{"model":"m",${member},${MESSAGES}}`;
  const members = (count: number) => Array.from({ length: count }, (_, nth) => `"k${nth}":1`).join();

  it.each([
    ['lists within lists', withMore(`"x":${'['.repeat(5_000_000)}${']'.repeat(5_000_000)}`)],
    ['lists within lists without end', withMore(`"x":${'['.repeat(10_000_000)}`)],
    ['empty objects', withMore(`"x":[${'{},'.repeat(3_000_000)}1]`)],
    ['members', withMore(members(1_000_000))],
    ['members of a tool', withMore(`"tools":[{"type":"function","function":{"name":"f","parameters":{${members(1_000_000)}}}}]`)],
  ])('is refused before it is parsed, which would take seconds and gigabytes: %s', (_what, text) => {
    expect(faultOf(text)).toBe(refusal);
  });

  it('is none for its length, its texts or its numbers', () => {
    expect(faultOf(withMore(`"seed":[${'1,'.repeat(2_000_000)}1]`))).toBeNull();
    expect(faultOf(`{"model":"m","messages":[{"role":"user","content":"${'{[:'.repeat(2_000_000)}"}]}`)).toBeNull();
    expect(faultOf(`{"model":"m","messages":[${Array(50_000).fill('{"role":"user","content":"hi"}').join()}]}`)).toBeNull();
  });
});

describe('a body that names a tier of its provider', () => {
  const asked = (member: string) => [
    faultOf(`{"model":"m",${member},${MESSAGES}}`),
    faultOf(`{"model":"m",${member},"input":"hi"}`, responses),
    faultOf(`{"model":"m",${member},"prompt":"hi"}`, completions),
    faultOf(`{"model":"m",${member},"max_tokens":9,${MESSAGES}}`, messages),
  ];

  it.each([
    ['"service_tier":"priority"', 'service_tier cannot be priority: it is priced apart.'],
    ['"service_tier":"fast"', 'service_tier cannot be fast: it is priced apart.'],
    ['"service_tier":"ultrafast"', 'service_tier cannot be ultrafast: it is priced apart.'],
    ['"Service_Tier":"priority"', 'Service_Tier must be spelled service_tier.'],
    ['"service_tier":"auto","service_tier":"priority"', 'service_tier stands in the body more than once.'],
  ])('is refused where the same tokens cost more there than their price says: %s', (member, message) => {
    expect(asked(member)).toEqual([message, message, message, message]);
  });

  it.each(['auto', 'default', 'flex', 'on_demand'])('goes through where they do not: %s', (tier) => {
    expect(asked(`"service_tier":"${tier}"`)).toEqual([null, null, null, null]);
  });
});

describe('a body that asks for what is billed beside its tokens', () => {
  const asked = (member: string) => [
    faultOf(`{"model":"m",${member},${MESSAGES}}`),
    faultOf(`{"model":"m",${member},"input":"hi"}`, responses),
  ];

  it.each([
    ['"web_search_options":{}', 'web_search_options is not served: a search is billed beside the tokens.'],
    ['"search_parameters":{"mode":"auto"}', 'search_parameters is not served: a search is billed beside the tokens.'],
    ...['enable_search', 'enable_enhancement', 'force_search_enhancement', 'enable_deep_search'].map((name) => [
      `"${name}":true`,
      `${name} is not served: a search is billed beside the tokens.`,
    ]),
    ['"web_search":{"enable":true}', 'web_search is not served: a search is billed beside the tokens.'],
    ['"Enable_Search":true', 'Enable_Search must be spelled enable_search.'],
    ['"plugins":[{"id":"web"}]', 'plugins is not served: plugins are billed beside the tokens.'],
    ...['models', 'fallbacks', 'context_window_fallbacks', 'content_policy_fallbacks'].map((name) => [
      `"${name}":["dear"]`,
      `${name} is not served: another model has another price, and the catalog names the backups.`,
    ]),
    [
      '"providerOptions":{"gateway":{"models":["dear"]}}',
      'providerOptions cannot name models or a speed of its gateway: they have other prices.',
    ],
    [
      '"providerOptions":{"gateway":{"speed":"fast"}}',
      'providerOptions cannot name models or a speed of its gateway: they have other prices.',
    ],
    ['"tools":[{"type":"web_search"}]', 'tools[0].type must be function or custom: hosted tools are not served.'],
  ])('is refused by the name of the member: %s', (member = '', message = '') => {
    expect(asked(member)).toEqual([message, message]);
  });

  it.each([
    '"plugins":[]',
    '"models":null',
    '"fallbacks":[]',
    '"search_parameters":{"mode":"off"}',
    '"enable_search":false',
    '"web_search":{"enable":false}',
    '"provider":{"sort":"price"}',
    '"providerOptions":{"gateway":{"order":["bedrock"]},"anthropic":{"effort":"low"}}',
  ])('goes through where it asks for nothing of it: %s', (member) => {
    expect(asked(member)).toEqual([null, null]);
  });

  it('leaves tools without a type to the provider', () => {
    expect(asked('"tools":[{"function":{"name":"f"}}]')[0]).toBeNull();
  });
});
