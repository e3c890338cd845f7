import { refusedMember } from '../../../test/support/refusal';
import { responses } from './responses';

const paramOf = (body: object) => refusedMember(responses, { input: 'hi', ...body });

const SEARCH = { type: 'web_search' };
const OWN = { type: 'function', name: 'f', parameters: {} };
const withItem = (item: object) => ({ input: [{ role: 'user', content: 'hi' }, item] });

describe('a response', () => {
  it.each([
    [{ tools: [OWN, SEARCH] }, 'tools[1].type'],
    [{ tools: [{ type: 'namespace', tools: [SEARCH] }] }, 'tools[0].tools[0].type'],
    [{ tools: [{ type: 'namespace', tools: [{ type: 'namespace', tools: [OWN] }] }] }, 'tools[0].tools[0].type'],
    [withItem({ type: 'additional_tools', role: 'developer', tools: [SEARCH] }), 'input[1].tools[0].type'],
    [withItem({ type: 'additional_tools', tools: [{ type: 'namespace', tools: [SEARCH] }] }), 'input[1].tools[0].tools[0].type'],
    [withItem({ type: 'tool_search_output', tools: [{ type: 'mcp', server_url: 'https://tools.example' }] }), 'input[1].tools[0].type'],
  ])('is given no tool that its provider runs, wherever in it tools are named: %j', (body, param) => {
    expect(paramOf(body)).toBe(param);
  });

  it('may bring tools of its own in an item, and tell what others had', () => {
    expect(paramOf(withItem({ type: 'additional_tools', tools: [OWN, { type: 'namespace', tools: [OWN] }] }))).toBeNull();
    expect(paramOf(withItem({ type: 'mcp_list_tools', server_label: 's', tools: [{ name: 'f', input_schema: {} }] }))).toBeNull();
  });
});
