import { Delivery, type StreamSink } from './delivery';

const PER_CHARACTER = { count: (text: string) => text.length };

/** A client that takes nothing after its first event, until it is told that it has left. */
function slowClient() {
  const written: string[] = [];
  const sink: StreamSink = {
    write: (frames) => {
      written.push(frames);
      return false;
    },
    writeBytes: (bytes) => {
      written.push(bytes.toString());
      return false;
    },
    whenReady: () => new Promise(() => undefined),
  };
  return { written, delivery: new Delivery(sink, 1_000, PER_CHARACTER) };
}

describe('what is delivered of a stream', () => {
  it('is what was written to a client that was still there', () => {
    const { written, delivery } = slowClient();
    expect(delivery.started).toBe(false);
    expect(delivery.receive('data: one\n\n', 'one')).toBe(false);
    delivery.mute();
    delivery.receive('data: two\n\n', 'two');
    expect(written).toEqual(['data: one\n\n']);
    expect([delivery.deliveredText, delivery.started]).toEqual(['one', true]);
  });

  it('is told to the end where it goes, for whoever asks for what the client missed', () => {
    const missed: string[] = [];
    const sink = {
      write: () => true,
      writeBytes: () => true,
      whenReady: () => Promise.resolve(),
      missed: (frames: string) => missed.push(frames),
    };
    const delivery = new Delivery(sink, 1_000, PER_CHARACTER);
    delivery.receive('data: one\n\n', 'one');
    delivery.mute();
    delivery.receive('data: two\n\n', 'two');
    expect([missed, delivery.deliveredText]).toEqual([['data: two\n\n'], 'one']);
  });

  it('is read on without waiting once its client has left', () => {
    const { delivery } = slowClient();
    delivery.mute();
    expect(delivery.receive('data: one\n\n', 'one')).toBe(true);
    expect(delivery.receiveBytes(Buffer.from('sound'), 'audio/mpeg')).toBe(true);
    expect([delivery.deliveredText, delivery.deliveredBytes, delivery.started]).toEqual(['', 0, false]);
  });

  it('counts audio in events and by itself, of which a client that has left gets none', () => {
    const { written, delivery } = slowClient();
    delivery.receive('data: sound\n\n', '', 4);
    expect(delivery.receiveBytes(Buffer.from('sound'), 'audio/mpeg')).toBe(false);
    delivery.mute();
    delivery.receive('data: sound\n\n', '', 4);
    delivery.receiveBytes(Buffer.from('sound'), 'audio/mpeg');
    expect([delivery.deliveredBytes, written]).toEqual([9, ['data: sound\n\n', 'sound']]);
  });

  it('ends where the output passes what its hold covers, which is told once', () => {
    const { written, delivery } = slowClient();
    let overruns = 0;
    delivery.onOverrun = () => {
      overruns += 1;
    };
    delivery.receive('data: first\n\n', 'x'.repeat(1_000));
    for (let times = 0; times < 3; times += 1) expect(delivery.receive('data: more\n\n', 'x'.repeat(1_500))).toBe(true);
    expect([overruns, delivery.overrun, written]).toEqual([1, true, ['data: first\n\n']]);
    expect(delivery.deliveredText).toHaveLength(1_000);
  });
});
