import { aPrice } from '../../../test/support/catalog-builders';
import { aUsage } from '../../../test/support/receipt-builders';
import type { Outcome } from '../../attempts/run-attempts';
import type { AnswerFacts } from '../../attempts/upstream';
import { nano } from '../../kernel/money';
import type { PriceTerms } from '../../metering/price-terms';
import type { ModelCall } from '../endpoints/endpoint';
import { transcriptions } from '../endpoints/transcriptions';
import { measureUsage } from './measure-usage';

const WORDS = { count: (text: string) => text.split(/\s+/).filter(Boolean).length };
const BODY = { text: '', members: [], json: { prompt: 'names in it' } };
const CALL = { endpoint: transcriptions, body: BODY } as Partial<ModelCall> as ModelCall;
const BY_AUDIO = { audioInput: nano(6_000_000_000n) };

/** The usage of a transcript that ended, where the price has these classes and the provider said this of it. */
function measured(said: Partial<AnswerFacts>, classes: PriceTerms['classes'], inputBound = 100_000) {
  const facts = { outputText: 'three words heard', ...said } as AnswerFacts;
  const answer = { kind: 'whole', text: '{}' } as const;
  const step = { price: aPrice(classes && { classes }) } as Outcome['step'];
  const outcome = { stopReason: 'COMPLETED', facts, answer, step, deliveredText: '', deliveredBytes: 0 } as Partial<Outcome> as Outcome;
  return measureUsage(outcome, CALL, inputBound, WORDS);
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

  it('is what the provider says where that is tokens, or where it is not sold by them', async () => {
    const classes = { audioInputTokens: 790, milliseconds: 60_000 };
    for (const said of [aUsage(800, 20, { classes }), aUsage(800, 0, { classes }), aUsage(0, 20, { classes }), aUsage(0, 0)])
      expect(await measured({ usage: said }, BY_AUDIO)).toMatchObject(said);
    expect(await measured({ usage: MINUTE }, undefined)).toMatchObject(MINUTE);
  });
});
