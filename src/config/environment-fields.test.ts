import { problemOfRange } from '../kernel/addresses';
import { listOf, retention } from './environment-fields';
import { problemOfOrigin } from './service-urls';

describe('a list in the environment', () => {
  const read = (text: string | undefined, problemOf: (text: string) => string | null) => {
    const { data, error } = listOf(problemOf).safeParse(text);
    return error?.issues.map(({ message }) => message) ?? data;
  };

  it('is empty where it is not set, and may have spaces around its commas', () => {
    expect(read(undefined, problemOfRange)).toEqual([]);
    expect(read('10.0.0.0/8 , ::1', problemOfRange)).toEqual(['10.0.0.0/8', '::1']);
    expect(read('https://app.example,*', problemOfOrigin)).toEqual(['https://app.example', '*']);
  });

  it('names each entry that is wrong, and what to write', () => {
    const range = 'must be an address or a range such as 203.0.113.0/24 or 2001:db8::/32';
    expect(read('10.0.0.0/8,proxy.example,', problemOfRange)).toEqual([`"proxy.example" ${range}`, `"" ${range}`]);
    const origin = 'must be * or an origin such as https://app.example, without a path';
    for (const text of ['app.example', 'https://app.example/', 'HTTPS://app.example', 'null']) {
      expect(read(text, problemOfOrigin)).toEqual([`"${text}" ${origin}`]);
    }
  });
});

describe('a time in the environment', () => {
  it.each([
    ['30m', 1_800_000],
    ['24h', 86_400_000],
    ['7d', 604_800_000],
    ['90s', 90_000],
  ])('is read in milliseconds: %s', (text, ms) => {
    expect(retention.parse(text)).toBe(ms);
  });

  it.each(['0h', '24', 'h', '1.5h', '24 h', '400d', '-1h'])('is refused where it is none: %s', (text) => {
    expect(retention.safeParse(text).error?.issues).toMatchObject([{ message: expect.stringContaining('must be a time such as 30m') }]);
  });
});
