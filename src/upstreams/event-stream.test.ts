import { EventStream } from './event-stream';

/** The data of all events in a text that comes in one chunk. */
function eventsIn(text: string): string[] {
  const events: string[] = [];
  const stream = new EventStream(({ data }) => events.push(data));
  expect(stream.feed(Buffer.from(text))).toBeNull();
  stream.finish();
  return events;
}

describe('a stream of events', () => {
  it.each([
    ['a line feed', '\n'],
    ['a carriage return', '\r'],
    ['both', '\r\n'],
  ])('has the same events where lines end with %s, wherever they end', (_name, end) => {
    for (let length = 1_000; length < 1_040; length += 1) {
      const first = 'x'.repeat(length);
      expect(eventsIn(`data: ${first}${end}${end}data: é${end}data: 2${end}${end}`)).toEqual([first, 'é\n2']);
    }
  });

  it('has the events behind a flood of line ends', () => {
    expect(eventsIn(`data: 1\n\n${'\r'.repeat(1_000_000)}data: 2\r\rdata: 3\n\n`)).toEqual(['1', '2', '3']);
  });

  it('is refused where an event is too large, however its lines end', () => {
    for (const end of ['\n', '\r']) {
      const stream = new EventStream(() => undefined);
      expect(stream.feed(Buffer.from(`: ${end}data: ${'x'.repeat(9 * 1024 * 1024)}`))).not.toBeNull();
    }
  });
});
