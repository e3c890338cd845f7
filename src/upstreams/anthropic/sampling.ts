/** Which of Anthropic's models take a temperature and its like. Servers of its protocol with models of their own take them all. */
import type { Conversation } from '../conversation/conversation';

/** From 4.7 on they refuse each with 400, whatever is thought, unless it says what is done without it. */
const TAKES_NONE = /claude-(?:fable|mythos|(?:opus|sonnet|haiku)-(?:4[-.][789](?!\d)|[5-9](?!\d)))/;
/** From 4.1 on they refuse a temperature and a share beside each other. */
const TAKES_ONE = /claude-(?:opus|sonnet|haiku)-4[-.][1-9](?!\d)/;

type Sampling = Pick<Conversation, 'temperature' | 'topP' | 'topK'>;

export function takesSampling(model: string): boolean {
  return !TAKES_NONE.test(model);
}

export function takesBoth(model: string): boolean {
  return !TAKES_ONE.test(model);
}

/** Without what says nothing: a temperature of 1, and a share of all, are what is done by itself. Clients send them unasked. */
export function samplingFor(model: string, { temperature, topP, topK }: Sampling): Sampling {
  const [takes, share] = [takesSampling(model), topP !== null && topP < 1];
  const inTheWay = !takes || (share && !takesBoth(model));
  return {
    temperature: temperature === 1 && inTheWay ? null : temperature,
    topP: share || (takes && temperature === null) ? topP : null,
    topK,
  };
}
