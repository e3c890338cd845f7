/** Providers that count wrongly: what is charged then, streamed and whole, with the receipt and the ledger as witnesses. */
import { nanoOf } from '../support/forge-client';
import { onEachDatabase } from '../support/on-each-database';
import type { HonestUsage, Script } from '../support/script';
import { callOnce, openHolds } from './one-call';

/** "hi" is one token for 1000 nano; "You said: hi" is three for 4000 nano each, by the provider's honest count. */
const HONEST = '0.000013';
/** The hold for "hi" with ten tokens of output: 18 of input at most. */
const HOLD = '0.000058';
const MODEL = { model: 'only-ordinary', max_tokens: 10 };

const honest: HonestUsage = {
  prompt_tokens: 1,
  completion_tokens: 3,
  total_tokens: 4,
  prompt_tokens_details: { cached_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 0 },
};

const says = (usage: object): Script => ({ usage: [{ ...honest, ...usage }] });

/** What the gateway cannot read counts as missing: it counts by itself, and the receipt says so. */
const UNREADABLE: readonly (readonly [string, Script])[] = [
  ['missing', { usage: [] }],
  ['null', { usage: [null] }],
  ['a list', { usage: [[1, 2]] }],
  ['a text', { usage: ['12'] }],
  ['empty', { usage: [{}] }],
  ['negative', says({ prompt_tokens: -5, completion_tokens: -7 })],
  ['negative in its output alone', says({ completion_tokens: -1 })],
  ['a fraction', says({ completion_tokens: 3.5 })],
  ['a number in quotes', says({ completion_tokens: '3' })],
  ['1e30', says({ completion_tokens: 1e30 })],
  ['of nineteen digits', says({ prompt_tokens: 2 ** 60 })],
];

/** What can be read is charged at `charge`. */
const READABLE: readonly (readonly [string, Script, string])[] = [
  ['an explicit zero, is charged nothing', says({ prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }), '0'],
  ['its honest count, is charged that', {}, HONEST],
  [
    'more cached tokens than input, is charged all input at the cached price',
    says({ prompt_tokens_details: { cached_tokens: 101 } }),
    '0.0000121',
  ],
  ['negative cached tokens, is charged as if none were cached', says({ prompt_tokens_details: { cached_tokens: -9 } }), HONEST],
  ['more reasoning than output, is charged its output once', says({ completion_tokens_details: { reasoning_tokens: 99 } }), HONEST],
  ['cached tokens beside a zero in its details, is charged the cached price', says({ prompt_cache_hit_tokens: 1 }), '0.0000121'],
  [
    'reasoning beside its output, as deep research is told, is charged both',
    says({ citation_tokens: 9, completion_tokens_details: { reasoning_tokens: 4 } }),
    '0.000029',
  ],
  ['a total that contradicts its parts, is charged its parts', says({ total_tokens: 1_000_000 }), HONEST],
  ['a billion tokens, is charged its hold and no more', says({ prompt_tokens: 1_000_000_000, completion_tokens: 1_000_000_000 }), HOLD],
];

/** Only a stream can say its usage more than once. */
const REPEATED: readonly (readonly [string, Script, string])[] = [
  ['its usage twice, is charged once', { usage: [honest, honest] }, HONEST],
  ['a growing usage, is charged its last', { usage: [{ ...honest, completion_tokens: 1 }, honest] }, HONEST],
  ['a decreasing usage, is charged its largest', { usage: [honest, { ...honest, completion_tokens: 1 }] }, HONEST],
  ['a usage and then one that cannot be read, is charged the first', { usage: [honest, { ...honest, completion_tokens: 'many' }] }, HONEST],
  ['a usage and then null, is charged the first', { usage: [honest, null] }, HONEST],
  ['its usage in a chunk with choices, is charged that', { usage: [honest], usageWithChoices: true }, HONEST],
  ['its usage with choices and again alone, is charged once', { usage: [honest, honest], usageWithChoices: true }, HONEST],
];

onEachDatabase('an answer whose provider sends', (bed, promise) => {
  const charged = async (script: Script, stream: boolean) => {
    bed.a.next(script);
    const called = await callOnce(bed, { ...MODEL, stream, ...(stream ? { stream_options: { include_usage: true } } : {}) });
    expect([called.status, called.story.status, called.story.stopReason]).toEqual([200, 'SUCCEEDED', 'COMPLETED']);
    expect(called.story.hold).toMatchObject({ amount: HOLD, state: 'SETTLED' });
    expect(sumOf(called.story.lines.map((line) => line.amount))).toBe(nanoOf(called.story.charge));
    expect(sumOf(called.story.ledgerEntries.map((entry) => entry.amount))).toBe(-nanoOf(called.story.charge));
    expect(await openHolds(bed)).toBe(0n);
    return called;
  };

  for (const stream of [false, true]) {
    const form = stream ? 'streamed' : 'whole';

    for (const [usage, script] of UNREADABLE) {
      promise(`a usage that is ${usage}, is counted here and marked so, above zero and within its hold (${form})`, async () => {
        const { story } = await charged(script, stream);
        const { inputTokens, outputTokens, source } = story.usage;
        expect(source).toBe('COUNTED');
        expect([inputTokens >= 1 && inputTokens <= 18, outputTokens >= 3 && outputTokens <= 10]).toEqual([true, true]);
        expect(nanoOf(story.charge)).toBe(BigInt(inputTokens) * 1_000n + BigInt(outputTokens) * 4_000n);
      });
    }

    for (const [usage, script, charge] of READABLE) {
      promise(`${usage} (${form})`, async () => {
        const { story } = await charged(script, stream);
        expect([story.usage.source, story.charge]).toEqual(['PROVIDER', charge]);
      });
    }
  }

  for (const [usage, script, charge] of REPEATED) {
    promise(usage, async () => {
      const { story, chunks, done, text } = await charged(script, true);
      expect([story.usage.source, story.charge, text, done]).toEqual(['PROVIDER', charge, 'You said: hi', true]);
      const usages = chunks.flatMap((chunk) => (chunk.usage ? [chunk.usage] : []));
      expect(usages).toEqual([expect.objectContaining({ completion_tokens: 3, cost: charge })]);
    });
  }

  promise('more than its hold covers, leaves the excess to the operator: booked between house accounts, never on the wallet', async () => {
    const before = await lossOf();
    await charged(says({ completion_tokens: 100 }), false);
    // 1000 + 100 x 4000 nano were used, 58000 are charged.
    expect((await lossOf()) - before).toBe(401_000n - 58_000n);
  });

  async function lossOf(): Promise<bigint> {
    const [row] = await bed.database.query(
      "SELECT COALESCE(SUM(amount), 0) AS sum FROM transfer WHERE wallet_id IS NULL AND kind = 'OVERAGE'",
    );
    return row?.['sum'] as bigint;
  }
});

function sumOf(amounts: readonly string[]): bigint {
  return amounts.reduce((sum, amount) => sum + nanoOf(amount), 0n);
}
