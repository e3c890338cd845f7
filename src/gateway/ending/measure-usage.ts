/** What an outcome is charged for: the provider's own count, or one made here and marked as such. */
import type { Outcome } from '../../attempts/run-attempts';
import type { AnswerFacts } from '../../attempts/upstream';
import type { UsageClasses } from '../../kernel/classes';
import { spokenTokens } from '../../metering/audio-length';
import { countAfterwards, countGivingWay } from '../../metering/long-count';
import type { PriceTerms } from '../../metering/price-terms';
import type { TokenCounter } from '../../metering/token-counter';
import { NO_USAGE, type Usage } from '../../metering/usage';
import type { ModelCall } from '../endpoints/endpoint';
import { STOP_RULES } from './stop-reasons';

/**
 * The usage that the stop reason's policy charges. An explicit zero of the provider is a value. A count made here never
 * passes `inputBound`, the bound that the hold was made with.
 */
export async function measureUsage(outcome: Outcome, call: ModelCall, inputBound: number, counter: TokenCounter): Promise<Usage> {
  const { charges } = STOP_RULES[outcome.stopReason];
  const { facts } = outcome;
  if (facts === null || charges === 'nothing') return NO_USAGE;
  if (charges === 'delivered' && outcome.deliveredText === '' && outcome.deliveredBytes === 0) return NO_USAGE;
  const byAudio = isHeardByTokens(outcome.step?.price);
  if (facts.usage !== undefined && !(byAudio && saysOnlySeconds(facts.usage))) {
    const usage = outcome.answer === null ? await atLeastDelivered(facts.usage, outcome.deliveredText, counter) : facts.usage;
    return withBeside(usage, call, facts);
  }
  const counted = await countedHere(outcome, facts, call, inputBound, counter);
  return byAudio ? withHeard(counted, facts.usage?.classes, inputBound) : counted;
}

async function countedHere(
  outcome: Outcome,
  facts: AnswerFacts,
  call: ModelCall,
  inputBound: number,
  counter: TokenCounter,
): Promise<Usage> {
  // An answer that ended, also one that was read to its end after the client had left, is counted whole.
  const ended = outcome.answer !== null;
  const inputTokens = await countedInput(call, inputBound, counter);
  const output = ended ? facts.outputText : outcome.deliveredText;
  const audio = ended ? (facts.audio?.bytes ?? 0) : outcome.deliveredBytes;
  const outputTokens = await countGivingWay(counter, [output]);
  const counted = countedOutput(call, facts, outputTokens, audio);
  return withDrawn({ ...NO_USAGE, inputTokens, source: ended ? 'COUNTED' : 'FLOOR', ...counted }, call, outcome.step?.price);
}

/** Whether nothing but tokens pays for what a price may name apart. */
function isSoldByTokens({ perRequest, classes }: PriceTerms, apart: 'perImage' | 'perSecond'): boolean {
  return perRequest === null && classes?.[apart] === undefined;
}

function isHeardByTokens(price: PriceTerms | undefined): boolean {
  return price !== undefined && (price.classes?.audioInput !== undefined || isSoldByTokens(price, 'perSecond'));
}

/** Pictures, in tokens where they are sold by them alone: they are not free because a provider counts nothing. */
function withDrawn(usage: Usage, { endpoint, body }: ModelCall, price: PriceTerms | undefined): Usage {
  const imageOutputTokens = endpoint.countDrawn?.(body.json, usage.classes) ?? 0;
  if (imageOutputTokens === 0 || price === undefined || !isSoldByTokens(price, 'perImage')) return usage;
  return { ...usage, outputTokens: usage.outputTokens + imageOutputTokens, classes: { ...usage.classes, imageOutputTokens } };
}

/** Where audio is sold by its tokens, a usage without any says nothing of what is sold. */
function saysOnlySeconds({ inputTokens, outputTokens, classes }: Usage): boolean {
  return classes?.milliseconds !== undefined && inputTokens === 0 && outputTokens === 0;
}

/** Audio that was heard, in tokens: what is sold by them is not free because a provider says seconds, or nothing. */
function withHeard(usage: Usage, said: UsageClasses | undefined, inputBound: number): Usage {
  const classes = { ...usage.classes, ...said };
  if (classes.milliseconds === undefined) return usage;
  const audioInputTokens = Math.min(spokenTokens(classes.milliseconds), inputBound - usage.inputTokens);
  return { ...usage, inputTokens: usage.inputTokens + audioInputTokens, classes: { ...classes, audioInputTokens } };
}

/** The input of a request as it is counted here where the provider does not. */
export async function countedInput({ endpoint, body }: ModelCall, inputBound: number, counter: TokenCounter): Promise<number> {
  const tokens = await countAfterwards((each) => endpoint.countInput(body.json, each), counter, inputBound);
  return Math.min(tokens, inputBound);
}

/** Text of so many tokens, and so many bytes of audio, as they are counted here where the provider counts nothing. */
export function countedOutput(
  call: ModelCall,
  facts: AnswerFacts,
  textTokens: number,
  audioBytes: number,
): Pick<Usage, 'outputTokens' | 'classes'> {
  const audioOutputTokens = spokenIn(facts, audioBytes);
  const spoken = audioOutputTokens === 0 ? {} : { audioOutputTokens };
  const classes: UsageClasses = { ...facts.classes, ...besideOf(call, undefined, facts), ...spoken };
  return { outputTokens: textTokens + audioOutputTokens, ...(Object.keys(classes).length > 0 && { classes }) };
}

function spokenIn({ audio }: AnswerFacts, bytes: number): number {
  if (audio === undefined || audio.bytes === 0) return 0;
  return spokenTokens((audio.milliseconds * Math.min(bytes, audio.bytes)) / audio.bytes);
}

function besideOf({ endpoint, body }: ModelCall, usage: Usage | undefined, { classes }: AnswerFacts): UsageClasses | undefined {
  return endpoint.countBeside?.(body, usage, classes);
}

/** What the request itself says was used comes to what the provider counted. */
function withBeside(usage: Usage, call: ModelCall, facts: AnswerFacts): Usage {
  const beside = besideOf(call, usage, facts);
  return beside === undefined ? usage : { ...usage, classes: { ...beside, ...usage.classes } };
}

/** Of an answer that broke off, the provider's count may be older than what was delivered after it. */
async function atLeastDelivered(usage: Usage, delivered: string, counter: TokenCounter): Promise<Usage> {
  const outputTokens = await countGivingWay(counter, [delivered]);
  return outputTokens > usage.outputTokens ? { ...usage, outputTokens, source: 'FLOOR' } : usage;
}
