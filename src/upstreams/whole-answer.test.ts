import { aChannel } from '../../test/support/catalog-builders';
import { WholeAnswerReader } from './whole-answer';

describe('a whole answer', () => {
  it('keeps none of the many small pieces in which a provider may send it, but what is in them', () => {
    const reader = new WholeAnswerReader(aChannel('a'), ({ said }) => ({ reportedModel: null, usage: undefined, outputText: `${said}` }));
    const said = 'word '.repeat(1_000);
    for (let spaces = 0; spaces < 64; spaces += 1) reader.data(Buffer.from(' '));
    // Memory of the connection, which is written over by what comes next.
    const piece = Buffer.alloc(1);
    for (const byte of Buffer.from(JSON.stringify({ said }))) {
      piece[0] = byte;
      reader.data(piece);
    }
    expect(reader.end(false)).toMatchObject({ ok: true });
    expect(reader.known.outputText).toBe(said);
  });
});
