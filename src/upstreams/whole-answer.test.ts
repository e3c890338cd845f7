import { aChannel } from '../../test/support/catalog-builders';
import { gate } from '../../test/support/eventually';
import { Taker } from '../../test/support/openai-bench';
import { WholeAnswerReader } from './whole-answer';

const readerFor = (taker: Taker) =>
  new WholeAnswerReader(aChannel('a'), taker, ({ said }) => ({ reportedModel: null, usage: undefined, outputText: `${said}` }));

describe('a whole answer', () => {
  it('keeps none of the many small pieces in which a provider may send it, but what is in them', () => {
    const reader = readerFor(new Taker());
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

  it('is read no further while there is no room for it', async () => {
    const taker = new Taker();
    const reader = readerFor(taker);
    expect(reader.data(Buffer.from('{"said":'))).toBe('more');
    const { opened, open } = gate();
    taker.ready = opened;
    expect(reader.data(Buffer.from('"much"'))).toBe('slow');
    let ready = false;
    const waiting = reader.whenReady().then(() => {
      ready = true;
    });
    await Promise.resolve();
    expect(ready).toBe(false);
    open();
    await waiting;
    expect(reader.data(Buffer.from('}'))).toBe('slow');
    expect(reader.end(false)).toMatchObject({ ok: true });
  });
});
