import fc from 'fast-check';
import { aChannel } from '../../../test/support/catalog-builders';
import { announceSeed } from '../../../test/support/seed';
import { outputTextOf } from './output-text';
import { StreamAnswerReader } from './stream-answer';

const seed = announceSeed();

/** What a reader hands on of bytes that come in these pieces, and how it understands them. */
function readOf(pieces: readonly Buffer[]) {
  const handed = { frames: '', text: '' };
  const receiver = {
    receive: (frames: string, text: string) => {
      handed.frames += frames;
      handed.text += text;
      return true;
    },
    receiveBytes: () => true,
    whenReady: async () => undefined,
  };
  const reader = new StreamAnswerReader(aChannel('c'), receiver, (choice) => outputTextOf(choice['delta']));
  reader.begin('text/event-stream');
  for (const piece of pieces) reader.data(piece);
  return { ...handed, ending: reader.end(false), known: reader.known };
}

const delta = (content: string, more: object = {}) =>
  JSON.stringify({ id: 'c1', model: 'm', choices: [{ index: 0, delta: { content }, finish_reason: null, ...more }] });
const word = fc.oneof({ weight: 6, arbitrary: fc.constantFrom(' word', ' größer', '🚀', '') }, fc.string({ unit: 'binary' }));
const frame = fc.oneof(
  { weight: 12, arbitrary: word.map((content) => `data: ${delta(content)}\n\n`) },
  fc.constantFrom(
    ': keep-alive\n\n',
    `event: message\ndata: ${delta('named')}\n\n`,
    `id: 7\ndata: ${delta('numbered')}\n\n`,
    `data:${delta('tight')}\n\n`,
    `data: ${delta('crossed')}\r\n\r\n`,
    `data: ${delta('two lines').replace(',', ',\ndata: ')}\n\n`,
    `data: ${delta('two lines').replace(',', ',\ndata: ')}\n\ndata: ${delta('broken').replace(',', ',\n')}\n\n`,
    `data: ${delta('end', { finish_reason: 'stop' })}\n\n`,
    `data: ${delta('first')}\n\ndata: ${delta('second')}\n\n`,
  ),
);

/** Pieces of so many lines each, in turn. */
function linesTogether(text: string, sizes: readonly number[]): Buffer[] {
  const lines = text.split(/(?<=\n)/);
  const pieces: Buffer[] = [];
  for (let nth = 0; lines.length > 0; nth += 1) pieces.push(Buffer.from(lines.splice(0, 1 + (sizes[nth % sizes.length] ?? 0)).join('')));
  return pieces;
}

describe('a stream of events', () => {
  it('is handed on and understood alike, however the network cuts it', () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 30 }), fc.array(fc.nat(3), { minLength: 1, maxLength: 50 }), (frames, sizes) => {
        const whole = frames.join('');
        const byByte = readOf([...Buffer.from(whole)].map((byte) => Buffer.from([byte])));
        expect(readOf(frames.map((each) => Buffer.from(each)))).toEqual(byByte);
        expect(readOf(linesTogether(whole, sizes))).toEqual(byByte);
      }),
      { seed, numRuns: 300 },
    );
  });

  it('counts every word of events that come one by one', () => {
    const frames = Array.from({ length: 1_000 }, (_, nth) => `data: ${delta(` w${nth}`)}\n\n`);
    const { text, frames: handed, known } = readOf(frames.map((each) => Buffer.from(each)));
    expect(handed).toBe(frames.join(''));
    expect(text).toBe(Array.from({ length: 1_000 }, (_, nth) => ` w${nth}`).join(''));
    expect(known.outputText).toBe(text);
  });
});
