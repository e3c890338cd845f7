import { fc } from '../../../test/support/properties';
import { DeltaTemplate } from './delta-template';

const chunk = (content: string, more: Record<string, unknown> = {}, choice: Record<string, unknown> = {}) => ({
  id: 'c1',
  model: 'm',
  choices: [{ index: 0, delta: { content }, finish_reason: null, ...choice }],
  ...more,
});

function learnt(first: Record<string, unknown>): DeltaTemplate {
  const template = new DeltaTemplate();
  template.learn(JSON.stringify(first), first);
  return template;
}

describe('an event that differs from the one before in its text alone', () => {
  it('is understood without a parser, and as the parser would', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (before, text) => {
        const data = JSON.stringify(chunk(text));
        const understood = learnt(chunk(before)).textOf(data);
        if (understood !== undefined) expect(understood).toBe(JSON.parse(data).choices[0].delta.content);
      }),
    );
    expect(learnt(chunk('Hello')).textOf(JSON.stringify(chunk(' world, ✓')))).toBe(' world, ✓');
    expect(learnt(chunk('')).textOf(JSON.stringify(chunk('x')))).toBe('x');
  });
});

describe('an event goes to the parser', () => {
  const template = learnt(chunk('Hello'));

  it.each([
    ['with an escape in its text', JSON.stringify(chunk('a "quoted" word'))],
    [
      'whose text would end early',
      '{"id":"c1","model":"m","choices":[{"index":0,"delta":{"content":"a","tool_calls":"b"},"finish_reason":null}]}',
    ],
    ['of another choice', JSON.stringify(chunk('a', {}, { index: 1 }))],
    ['that ends its choice', JSON.stringify(chunk('a', {}, { finish_reason: 'stop' }))],
    ['with usage', JSON.stringify(chunk('a', { usage: { prompt_tokens: 1 } }))],
    ['that is cut short', JSON.stringify(chunk('a')).slice(0, -1)],
  ])('%s', (_what, data) => {
    expect(template.textOf(data)).toBeUndefined();
  });

  it.each([
    ['a finished choice', chunk('a', {}, { finish_reason: 'stop' })],
    ['usage', chunk('a', { usage: {} })],
    ['an error', chunk('a', { error: {} })],
    ['a tool call beside the text', chunk('a', {}, { delta: { content: 'a', tool_calls: [{ function: { name: 'f' } }] } })],
    ['two choices', { ...chunk('a'), choices: [...chunk('a').choices, ...chunk('b').choices] }],
  ])('after one with %s', (_what, first) => {
    expect(learnt(first).textOf(JSON.stringify({ ...first }))).toBeUndefined();
  });

  it('for good, where events always differ in more than their text', () => {
    const restless = new DeltaTemplate();
    for (let nth = 0; nth < 10; nth += 1) {
      const first = chunk('a', { nonce: nth });
      restless.learn(JSON.stringify(first), first);
    }
    expect(restless.textOf(JSON.stringify(chunk('b', { nonce: 9 })))).toBeUndefined();
  });

  it('when its own words stand in another place', () => {
    const first = chunk('m');
    expect(learnt(first).textOf(JSON.stringify({ ...chunk('m'), model: 'n' }))).toBeUndefined();
  });
});
