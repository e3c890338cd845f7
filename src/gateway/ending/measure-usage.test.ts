import { aPrice } from '../../../test/support/catalog-builders';
import { aUsage } from '../../../test/support/receipt-builders';
import type { Outcome } from '../../attempts/run-attempts';
import type { AnswerFacts } from '../../attempts/upstream';
import { nano } from '../../kernel/money';
import type { PriceTerms } from '../../metering/price-terms';
import type { ModelCall } from '../endpoints/endpoint';
import { images } from '../endpoints/images';
import { transcriptions } from '../endpoints/transcriptions';
import { measureUsage } from './measure-usage';

const WORDS = { count: (text: string) => text.split(/\s+/).filter(Boolean).length };
const BODY = { text: '', members: [], json: { prompt: 'names in it' } };
const HEARD = { endpoint: transcriptions, body: BODY } as Partial<ModelCall> as ModelCall;
const DRAWN = { endpoint: images, body: { ...BODY, json: { prompt: 'a red cat', quality: 'high' } } } as Partial<ModelCall> as ModelCall;
const BY_AUDIO = { audioInput: nano(6_000_000_000n) };

/** The usage of a transcript that ended, where the price has these classes and the provider said this of it. */
function measured(said: Partial<AnswerFacts>, classes: PriceTerms['classes'], inputBound = 100_000) {
  return measuredOf(HEARD, said, { classes }, inputBound);
}

function measuredOf(call: ModelCall, said: Partial<AnswerFacts>, price: Partial<PriceTerms>, inputBound = 100_000) {
  const facts = { outputText: 'three words heard', ...said } as AnswerFacts;
  const answer = { kind: 'whole', text: '{}' } as const;
  const step = { price: aPrice(price) } as Outcome['step'];
  const outcome = { stopReason: 'COMPLETED', facts, answer, step, deliveredText: '', deliveredBytes: 0 } as Partial<Outcome> as Outcome;
  return measureUsage(outcome, call, inputBound, WORDS);
}

const MINUTE = aUsage(0, 0, { classes: { milliseconds: 60_000 } });

describe('audio that was heard', () => {
  it('is counted in tokens where it is sold by them and the provider says seconds', async () => {
    expect(await measured({ usage: MINUTE }, BY_AUDIO)).toEqual({
      ...aUsage(3 + 1_250, 3, { source: 'COUNTED' }),
      classes: { milliseconds: 60_000, audioInputTokens: 1_250 },
    });
  });

  it('is never counted above the bound that the hold was made with', async () => {
    expect(await measured({ usage: MINUTE }, BY_AUDIO, 50)).toMatchObject({ inputTokens: 50, classes: { audioInputTokens: 47 } });
  });

  it('is counted in tokens where the price names those of input alone: it is not free because a provider says seconds, or nothing', async () => {
    expect(await measured({ usage: MINUTE }, undefined)).toMatchObject({ inputTokens: 3 + 1_250, classes: { audioInputTokens: 1_250 } });
    expect(await measuredOf(HEARD, { usage: MINUTE }, { perRequest: nano(1n) })).toMatchObject(MINUTE);
  });

  it('is what the provider says where that is tokens, or where it is not sold by them', async () => {
    const classes = { audioInputTokens: 790, milliseconds: 60_000 };
    for (const said of [aUsage(800, 20, { classes }), aUsage(800, 0, { classes }), aUsage(0, 20, { classes }), aUsage(0, 0)])
      expect(await measured({ usage: said }, BY_AUDIO)).toMatchObject(said);
    expect(await measured({ usage: MINUTE }, { perSecond: nano(1n) })).toMatchObject(MINUTE);
  });
});

describe('pictures', () => {
  const TWO = { outputText: '', classes: { images: 2 } };

  it('are counted in tokens, as OpenAI lists them, where nothing else is sold and the provider counts none', async () => {
    const counted = { ...aUsage(3, 8_320, { source: 'COUNTED' }), classes: { images: 2, imageOutputTokens: 8_320 } };
    expect(await measuredOf(DRAWN, TWO, {})).toEqual(counted);
    expect(await measuredOf(DRAWN, TWO, { classes: { imageOutput: nano(1n) } })).toEqual(counted);
  });

  it('are counted as pictures alone where those are sold, or the request', async () => {
    const counted = { ...aUsage(3, 0, { source: 'COUNTED' }), classes: { images: 2 } };
    expect(await measuredOf(DRAWN, TWO, { classes: { perImage: nano(1n) } })).toEqual(counted);
    expect(await measuredOf(DRAWN, TWO, { perRequest: nano(1n) })).toEqual(counted);
  });

  it('are what the provider counts, where it does', async () => {
    const usage = aUsage(4, 1_000, { classes: { images: 2, imageOutputTokens: 1_000 } });
    expect(await measuredOf(DRAWN, { ...TWO, usage }, {})).toEqual(usage);
  });
});
