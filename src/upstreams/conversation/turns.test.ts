import type { TextPart } from './conversation';
import { Turns } from './turns';

const text = (said: string): TextPart => ({ kind: 'text', text: said });

describe('turns', () => {
  it('put the results of calls before what else was said, each in their order', () => {
    const turns = new Turns();
    turns.assistant([{ kind: 'tool-call', id: 'one', name: 'weather', argumentsText: '{}', signature: null }]);
    turns.user([text('first')]);
    turns.user([turns.result('one', null, [], false), text('second')]);
    turns.user([turns.result('two', 'clock', [], true)]);
    expect(turns.list[1]?.parts).toEqual([
      { kind: 'tool-result', callId: 'one', name: 'weather', content: [], isError: false },
      { kind: 'tool-result', callId: 'two', name: 'clock', content: [], isError: true },
      text('first'),
      text('second'),
    ]);
  });

  it('take as many messages of one role as a body may have', () => {
    const turns = new Turns();
    for (let nth = 0; nth < 80_000; nth += 1) turns.user([text('again')]);
    expect(turns.list).toHaveLength(1);
    expect(turns.list[0]?.parts).toHaveLength(80_000);
  });

  it('are none where nothing was said', () => {
    const turns = new Turns();
    turns.assistant([]);
    expect([turns.list, turns.isEmpty]).toEqual([[], false]);
  });
});
