import { aChannel } from '../../../test/support/catalog-builders';
import { Taker } from '../../../test/support/openai-bench';
import { AudioReader } from './audio-reader';

describe('audio that is handed on', () => {
  const reading = (contentType?: string) => {
    const taker = new Taker();
    const reader = new AudioReader(aChannel('a', { apiKey: 'secret-of-a' }), taker, (_head, bytes) => bytes * 10);
    reader.begin(contentType);
    return { taker, reader };
  };

  it('goes on as it comes, but for its last byte, which waits for the settlement', () => {
    const { taker, reader } = reading('audio/mpeg; charset=x');
    for (const piece of ['abc', 'd', '', 'ef']) expect(reader.data(Buffer.from(piece))).toBe('more');
    expect(taker.audio.map(String)).toEqual(['ab', 'c', 'de']);
    expect(reader.end(false)).toEqual({ ok: true, answer: { kind: 'audio', rest: Buffer.from('f'), contentType: 'audio/mpeg' } });
    expect(reader.known.audio).toEqual({ bytes: 6, milliseconds: 60 });
  });

  it('waits for a client that is slow', async () => {
    const { taker, reader } = reading();
    let ready: () => void = () => undefined;
    taker.ready = new Promise((resolve) => {
      ready = resolve;
    });
    expect(reader.data(Buffer.from('abc'))).toBe('slow');
    ready();
    await reader.whenReady();
  });

  it('is none when there is no byte of it, and is lost when it breaks off', () => {
    expect(reading().reader.end(false)).toMatchObject({ ok: false, failure: { kind: 'malformed_answer' } });
    const { taker, reader } = reading();
    reader.data(Buffer.from('a'));
    expect(reader.end(true)).toMatchObject({ ok: false, failure: { kind: 'connection_lost' } });
    expect(taker.audio).toEqual([]);
  });

  it.each(['text/html', 'image/svg+xml', 'audio/mpeg<script>', 'application/json', 'text/event-stream'])(
    'is never of the type %s',
    (type) => {
      const { taker, reader } = reading(type);
      expect(reader.data(Buffer.from('{"error":{"message":"bad secret-of-a","code":"x"}}'))).toBe('more');
      expect(reader.end(false)).toMatchObject({ ok: false, failure: { kind: 'provider_error', code: 'x', message: 'bad …' } });
      expect(taker.audio).toEqual([]);
    },
  );

  it('is not collected without end when it is none', () => {
    const { reader } = reading('text/html');
    expect(reader.data(Buffer.alloc(70_000))).toMatchObject({ ok: false, failure: { kind: 'malformed_answer' } });
  });
});
