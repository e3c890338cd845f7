import { positive, refuseMember } from './members';

describe('a member that counts something', () => {
  it.each([1, 128])('is read from one up to the most that it may be, both included: %d', (value) => {
    expect(positive(value, 'n', 128)).toBe(value);
  });

  it.each([0, -1, 129, 1.5, '3', true, [1]])('is refused by its name when it is anything else: %j', (value) => {
    expect(() => positive(value, 'n', 128)).toThrow('n must be a whole number from 1 to 128.');
  });

  it.each([undefined, null])('counts as left out: %s', (value) => {
    expect(positive(value, 'n', 128)).toBeUndefined();
  });
});

it('a member that cannot be metered is refused by its name, unless it asks for nothing', () => {
  expect(() => refuseMember({ background: true }, 'background', 'is not served')).toThrow('background is not served.');
  for (const value of [undefined, null, false]) refuseMember({ background: value }, 'background', 'is not served');
});
