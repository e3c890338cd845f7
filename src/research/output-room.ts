/**
 * How many tokens an answer may have. A model that thinks before it writes needs more of them than the text of a section has: an answer
 * that was cut off is asked for with twice the room, and so is what the same model writes after it, because the same limit would be paid
 * for in vain. What finished runs took is given from the first try on. The budget of the run bounds what that costs.
 */
import type { ResearchSection, SectionProfile } from './run';
import type { SectionSpec } from './sections/section';

type Spec = Pick<SectionSpec, 'name' | 'outputTokens'>;
type Profile = Pick<SectionProfile, 'outputTokens'>;

/** Twice as much for each further try, also for those of a run that was resumed. */
const TIMES_MAX = 16;
/** Of what finished runs took: a model that fills whatever room it has must not be given more with each run. */
const LEARNED_MAX = 4;
/** Answers differ in length: room for an average one, and half of that again. */
const [AVERAGE, WITH_ROOM] = [2, 3];
/** As a section that was tried has it; what a model wrote itself stands behind other words. */
const CUT_OFF = /^The answer does not fit: it was cut off at (\d+) tokens(?:, the most that it may have: it must be shorter)?$/;

/** The first limit of a section, in tokens: what the model has may be less. `profile`: what it took in finished runs. */
export function roomAtFirst(spec: Pick<Spec, 'outputTokens'>, profile: Profile | undefined): number {
  return spec.outputTokens * timesAtFirst(spec, profile);
}

function timesAtFirst({ outputTokens }: Pick<Spec, 'outputTokens'>, profile: Profile | undefined): number {
  const wanted = ((profile?.outputTokens ?? 0) * WITH_ROOM) / AVERAGE;
  let times = 1;
  while (outputTokens * times < wanted && times < LEARNED_MAX) times *= 2;
  return times;
}

/** What was asked of a model: so many times what the section is given at first, which is so many tokens, of so many that there can be. */
interface Asked {
  readonly times: number;
  readonly limit: number;
  readonly most: number;
}

export class OutputRoom {
  /** By model: how many times what a section is given at first. */
  private readonly times = new Map<string, number>();
  /** By section: what was asked last. */
  private readonly asked = new Map<string, Asked>();

  /** By section: what it took in finished runs. */
  constructor(private readonly profiles: ReadonlyMap<string, Profile> = new Map()) {}

  /**
   * The limit of a call that is about to be made; `most`: the model's own. The `error` of the section says where its last try was cut off,
   * also one that another process has made, or that was made before the run was resumed.
   */
  take(spec: Spec, model: string, most: number, error: ResearchSection['error'] = null): number {
    const { name, outputTokens } = spec;
    const cut = CUT_OFF.exec(error ?? '')?.[1];
    const twice = cut === undefined ? 1 : Math.ceil((2 * +cut) / outputTokens);
    const wanted = Math.max(this.times.get(model) ?? 1, timesAtFirst(spec, this.profiles.get(name)), twice);
    const times = Math.min(wanted, TIMES_MAX);
    const limit = Math.min(outputTokens * times, most);
    this.asked.set(name, { times, limit, most: Math.min(outputTokens * TIMES_MAX, most) });
    return limit;
  }

  /** What is wrong with an answer that was cut off: `isLast` where no larger room exists. */
  cutOff({ name, outputTokens }: Spec): { readonly problem: string; readonly isLast: boolean } {
    const { limit, most } = this.asked.get(name) ?? { limit: outputTokens, most: Number.POSITIVE_INFINITY };
    const isLast = limit >= most;
    return { problem: `it was cut off at ${limit} tokens${isLast ? ', the most that it may have: it must be shorter' : ''}`, isLast };
  }

  /** The section was cut off. Sections that were cut off at the same time double the room once. */
  widen({ name }: Spec, model: string): void {
    const times = Math.min(TIMES_MAX, (this.asked.get(name)?.times ?? 1) * 2);
    this.times.set(model, Math.max(times, this.times.get(model) ?? 1));
  }
}
