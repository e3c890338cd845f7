import { aChannel } from '../../../test/support/catalog-builders';
import { fc } from '../../../test/support/properties';
import { outputTextOf } from './output-text';
import { StreamAnswerReader } from './stream-answer';

/** What a reader hands on of bytes that come in these pieces, and how it understands them. */
function readOf(pieces: readonly Buffer[], { choices = 1, lost = false, type = 'text/event-stream' } = {}) {
  const { reader, handed } = readerOf(choices);
  reader.begin(type);
  for (const piece of pieces) reader.data(piece);
  return { ...handed, ending: reader.end(lost), known: reader.known };
}

function readerOf(choices = 1) {
  const handed = { frames: '', text: '' };
  const receiver = {
    room: Number.POSITIVE_INFINITY,
    receive: (frames: string, text: string) => {
      handed.frames += frames;
      handed.text += text;
      return true;
    },
    receiveBytes: () => true,
    whenReady: async () => undefined,
    keep: () => true,
    whenRoom: async () => undefined,
  };
  return { reader: new StreamAnswerReader(aChannel('c'), receiver, (choice) => outputTextOf(choice['delta']), choices), handed };
}

const END = Buffer.from('data: [DONE]\n\n');
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

describe('a stream that is told under another name', () => {
  const events = `\n: keep-alive\n\ndata: ${delta('one')}\n\nevent: message\ndata: ${delta(' two', { finish_reason: 'stop' })}\n\n`;
  const said = `${events}data: [DONE]\n\n`;

  it.each(['text/plain; charset=utf-8', 'application/json', 'application/octet-stream'])('is one by how it begins: %s', (type) => {
    const whole = readOf([Buffer.from(said)]);
    expect(readOf([Buffer.from(said)], { type })).toEqual(whole);
    const inBytes = readOf(
      Array.from(Buffer.from(said), (byte) => Buffer.from([byte])),
      { type },
    );
    expect(inBytes).toEqual(whole);
    expect(whole).toMatchObject({ text: 'one two', ending: { ok: true } });
  });

  it.each(['<html>data: {}</html>', '{"object":"list"}', 'data {}', 'no data: here', ''])(
    'is none, and malformed, where it begins as %j',
    (body) => {
      const read = readOf([Buffer.from(body)], { type: 'text/plain' });
      expect(read).toMatchObject({ text: '', ending: { ok: false, failure: { kind: 'malformed_answer' } } });
    },
  );
});

describe('a stream whose connection breaks', () => {
  const chunks = (reason: string | null) => [' one', ' two'].map((word) => `data: ${delta(word, { finish_reason: reason })}\n\n`).join('');

  it.each([null, '', 'null'])('is lost where the choice goes on, also when that is said with %j', (nothing) => {
    const read = readOf([Buffer.from(chunks(nothing))], { lost: true });
    expect(read).toMatchObject({ text: ' one two', ending: { ok: false, failure: { kind: 'connection_lost' } } });
  });

  it('is whole where the choice has ended', () => {
    const end = `data: ${delta('', { finish_reason: 'stop' })}\n\n`;
    expect(readOf([Buffer.from(chunks('') + end)], { lost: true }).ending.ok).toBe(true);
  });
});

describe('a stream of events', () => {
  it('has ended with its end marker, whatever comes behind that in one piece with it', () => {
    const said = Buffer.from(`data: ${delta('one', { finish_reason: 'stop' })}\n\ndata: [DONE]\n\n`);
    const reader = readerOf().reader;
    reader.begin('text/event-stream');
    expect(reader.data(Buffer.concat([said, Buffer.from([0xff])]))).toMatchObject({ ok: true });
  });

  it('is handed on and understood alike, however the network cuts it', () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 30 }), fc.array(fc.nat(3), { minLength: 1, maxLength: 50 }), (frames, sizes) => {
        const whole = frames.join('');
        const byByte = readOf([...Buffer.from(whole)].map((byte) => Buffer.from([byte])));
        expect(readOf(frames.map((each) => Buffer.from(each)))).toEqual(byByte);
        expect(readOf(linesTogether(whole, sizes))).toEqual(byByte);
      }),
      { numRuns: 300 },
    );
  });

  it.each(['error', 'network_error', 'abort'])('is no answer where the provider says that it broke off: %s', (reason) => {
    const said = `data: ${delta('half')}\n\ndata: ${delta('', { finish_reason: reason })}\n\ndata: [DONE]\n\n`;
    expect(readOf([Buffer.from(said)])).toMatchObject({
      text: 'half',
      ending: { ok: false, failure: { kind: 'provider_error', message: expect.stringContaining(`finish_reason "${reason}"`) } },
    });
  });

  it('counts every word of events that come one by one', () => {
    const frames = Array.from({ length: 1_000 }, (_, nth) => `data: ${delta(` w${nth}`)}\n\n`);
    const { text, frames: handed, known } = readOf(frames.map((each) => Buffer.from(each)));
    expect(handed).toBe(frames.join(''));
    expect(text).toBe(Array.from({ length: 1_000 }, (_, nth) => ` w${nth}`).join(''));
    expect(known.outputText).toBe(text);
  });

  it.each([
    [
      'empty in the chunk about the prompt',
      [
        { id: '', created: 0, model: '', choices: [] },
        { id: 'c1', created: 1, model: 'm-1' },
      ],
    ],
    [
      'told in a later chunk',
      [
        { id: 'c1', created: 1 },
        { id: 'c1', created: 1, model: 'm-1' },
      ],
    ],
    ['told without an id', [{ model: 'm-1' }, { id: 'c1', created: 1, model: 'm-1' }]],
  ])('says which model answered where its name is %s', (_name, heads) => {
    const chunks = heads.map((head) => ({ choices: [{ index: 0, delta: { content: 'a' }, finish_reason: 'stop' }], ...head }));
    const { known, ending } = readOf([...chunks.map((chunk) => Buffer.from(`data: ${JSON.stringify(chunk)}\n\n`)), END]);
    expect(known.reportedModel).toBe('m-1');
    expect(ending).toMatchObject({ ok: true, answer: { head: { id: 'c1', created: 1, model: 'm-1' } } });
  });

  it('is not whole when its connection broke between two choices of those that were asked for', () => {
    const first = [Buffer.from(`data: ${delta('one', { finish_reason: 'stop' })}\n\n`)];
    const both = [...first, Buffer.from(`data: ${delta('two', { index: 1, finish_reason: 'stop' })}\n\n`)];
    expect(readOf(first, { choices: 2, lost: true }).ending).toMatchObject({ ok: false, failure: { kind: 'connection_lost' } });
    expect(readOf(both, { choices: 2, lost: true }).ending.ok).toBe(true);
    // A provider that writes one whatever it is asked for.
    expect(readOf(first, { choices: 2 }).ending.ok).toBe(true);
    expect(readOf([...first, END], { choices: 2 }).ending.ok).toBe(true);
  });
});
