import { counted } from './counted';

describe('a count with its noun', () => {
  it('has one of it in the singular, and any other number in the plural', () => {
    expect([0, 1, 2].map((count) => counted(count, 'call'))).toEqual(['0 calls', '1 call', '2 calls']);
    expect([1, 3].map((count) => counted(count, 'try', 'tries'))).toEqual(['1 try', '3 tries']);
  });
});
