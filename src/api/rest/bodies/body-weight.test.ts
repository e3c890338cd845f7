import { weightOf } from './body-weight';

describe('the weight of a body', () => {
  const of = (text: string) => weightOf(Buffer.from(text));
  const list = (element: string, times: number) => `[${Array(times).fill(element).join(',')}]`;

  it('is that of its bytes where it is text, in whatever script and with whatever in it', () => {
    for (const text of ['word '.repeat(2_000), '字句'.repeat(2_000), '{[:'.repeat(3_000), '\\"{'.repeat(3_000)]) {
      const json = JSON.stringify(text);
      expect(of(json)).toBe(Buffer.byteLength(json));
    }
  });

  it.each(['[]', '{}', '{"9":1}'])(
    'is more than what is read of it takes in memory by the factor that the room has, of many %s',
    (element) => {
      const MEASURED = 100;
      const [parts, body] = [element.length > 2 ? 40_000 : 20_000, list(element, 20_000)];
      expect(of(body) * 7).toBeGreaterThan(parts * MEASURED + body.length);
    },
  );

  it('is no more than that of the most parts which a body may have', () => {
    const body = list('[]', 1_000_000);
    expect(of(body)).toBeLessThan(body.length + 17 * 250_000);
  });

  it('of a small body is that of its bytes', () => {
    expect(of(list('[]', 1_000))).toBe(3_001);
  });
});
