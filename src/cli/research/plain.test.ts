import { plain } from './plain';

describe('text of others on a terminal', () => {
  it('keeps its lines and its letters, and nothing that would steer the terminal', () => {
    const text = 'Receipt of 价格 😀\n  the provider says: \u001b[31mred\u0007 \u202Eend';
    expect(plain(text)).toBe('Receipt of 价格 😀\n  the provider says:  [31mred   end');
  });
});
