import { pictureTokens } from './picture-tokens';

describe('the tokens of a picture', () => {
  it.each([
    [{ quality: 'low', size: '1024x1024' }, 272],
    [{ quality: 'low', size: '1024x1536' }, 408],
    [{ quality: 'low', size: '1536x1024' }, 400],
    [{ quality: 'medium', size: '1024x1024' }, 1_056],
    [{ quality: 'medium', size: '1024x1536' }, 1_584],
    [{ quality: 'medium', size: '1536x1024' }, 1_568],
    [{ quality: 'high', size: '1024x1024' }, 4_160],
    [{ quality: 'high', size: '1024x1536' }, 6_240],
    [{ quality: 'high', size: '1536x1024' }, 6_208],
  ])('are those that OpenAI lists: %j', (asked, tokens) => {
    expect(pictureTokens(asked)).toBe(tokens);
  });

  it('are those of a square one of medium quality where neither is said, or in words that are not known', () => {
    for (const asked of [{}, { quality: 'auto', size: 'auto' }, { quality: 'standard', size: 7 }, { quality: null, size: '9999999x1' }])
      expect(pictureTokens(asked)).toBe(1_056);
    expect(pictureTokens({ quality: 'hd', size: '1024x1792' })).toBe(6_240);
  });
});
