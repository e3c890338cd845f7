import { readGeminiUsage } from './gemini-usage';

describe('the usage of Gemini', () => {
  it('has cached input in the input, tool use beside the prompt, and thoughts in the output', () => {
    const counts = {
      promptTokenCount: 10,
      cachedContentTokenCount: 4,
      toolUsePromptTokenCount: 5,
      candidatesTokenCount: 3,
      thoughtsTokenCount: 7,
    };
    expect(readGeminiUsage(counts, 'answer')).toEqual({
      inputTokens: 15,
      cachedInputTokens: 4,
      cacheWriteTokens: 0,
      outputTokens: 10,
      reasoningTokens: 7,
      source: 'PROVIDER',
    });
  });

  it('takes counts of null for counts that are left out', () => {
    const none = { toolUsePromptTokenCount: null, thoughtsTokenCount: null, cachedContentTokenCount: null, candidatesTokensDetails: null };
    const counts = { promptTokenCount: 10, candidatesTokenCount: 3 };
    expect(readGeminiUsage({ ...counts, ...none }, 'answer')).toEqual(readGeminiUsage(counts, 'answer'));
  });

  it('tells sound and pictures apart, read and made, where there were some', () => {
    const details = (audio: number, image: number) => [
      { modality: 'TEXT', tokenCount: 8 },
      { modality: 'AUDIO', tokenCount: audio },
      { modality: 'IMAGE', tokenCount: image },
    ];
    const counts = { promptTokenCount: 300, candidatesTokenCount: 1_300 };
    const told = { promptTokensDetails: details(32, 258), candidatesTokensDetails: details(2, 1_290) };
    expect(readGeminiUsage({ ...counts, ...told }, 'answer')?.classes).toEqual({
      audioInputTokens: 32,
      imageInputTokens: 258,
      audioOutputTokens: 2,
      imageOutputTokens: 1_290,
    });
    expect(readGeminiUsage({ ...counts, promptTokensDetails: details(0, 258) }, 'answer')?.classes).toEqual({ imageInputTokens: 258 });
  });

  it.each([
    ['AUDIO', 'audioInputTokens'],
    ['IMAGE', 'imageInputTokens'],
  ])('has what was cached among the cached input alone: %s', (modality, name) => {
    const media = (tokenCount: unknown) => [{ modality, tokenCount }];
    const counts = { promptTokenCount: 200, cachedContentTokenCount: 80, candidatesTokenCount: 1, promptTokensDetails: media(100) };
    const read = (more: object) => readGeminiUsage({ ...counts, ...more }, 'answer')?.classes;
    expect(read({ cacheTokensDetails: media(80) })).toEqual({ [name]: 20 });
    expect(read({ cacheTokensDetails: media(100) })).toBeUndefined();
    expect(read({ cacheTokensDetails: media('80') })).toEqual({ [name]: 100 });
  });

  it('takes a count of output that is left out for zero while nothing was written', () => {
    expect(readGeminiUsage({ promptTokenCount: 10 }, 'nothing')).toMatchObject({ inputTokens: 10, outputTokens: 0 });
  });

  it('takes it from the total when something was written, and for missing when the total does not tell either', () => {
    expect(readGeminiUsage({ promptTokenCount: 10, thoughtsTokenCount: 2, totalTokenCount: 20 }, 'answer')).toMatchObject({
      outputTokens: 10,
    });
    expect(readGeminiUsage({ promptTokenCount: 10 }, 'answer')).toBeUndefined();
    expect(readGeminiUsage({ promptTokenCount: 10, totalTokenCount: 10 }, 'answer')).toBeUndefined();
  });

  it('takes it for zero where thoughts alone were written and the total is whole with them', () => {
    const counts = { promptTokenCount: 10, thoughtsTokenCount: 6 };
    const read = (more: object) => readGeminiUsage({ ...counts, ...more }, 'thoughts-alone');
    expect(read({ totalTokenCount: 16 })).toMatchObject({ inputTokens: 10, outputTokens: 6, reasoningTokens: 6 });
    expect(read({ totalTokenCount: 20 })).toMatchObject({ outputTokens: 10, reasoningTokens: 6 });
    expect([read({}), read({ totalTokenCount: 15 }), read({ totalTokenCount: 10, thoughtsTokenCount: 0 })]).toEqual(
      Array(3).fill(undefined),
    );
    expect(readGeminiUsage({ ...counts, totalTokenCount: 16 }, 'answer')).toBeUndefined();
  });

  it.each([
    null,
    'many',
    {},
    { promptTokenCount: '10', candidatesTokenCount: 1 },
    { promptTokenCount: 10, candidatesTokenCount: -1 },
    { promptTokenCount: 10, candidatesTokenCount: 1, thoughtsTokenCount: 0.5 },
    { promptTokenCount: 1e30, candidatesTokenCount: 1 },
  ])('reads nothing from %j', (metadata) => {
    expect(readGeminiUsage(metadata, 'answer')).toBeUndefined();
  });
});
