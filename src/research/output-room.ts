/**
 * How many tokens an answer may have. A model that thinks before it writes needs more of them than the text of a section has: an answer
 * that was cut off is asked for with twice the room, and so is what the same model writes after it, because the same limit would be paid
 * for in vain. The budget of the run bounds what that costs.
 */
import type { SectionSpec } from './sections/section';

type Spec = Pick<SectionSpec, 'name' | 'outputTokens'>;

/** Twice as much for each further try. */
const TIMES_MAX = 4;

export class OutputRoom {
  /** By model: how many times what a section is given at first. */
  private readonly times = new Map<string, number>();
  /** By section: with how many times that it was asked last, and with what limit. */
  private readonly asked = new Map<string, { readonly times: number; readonly limit: number }>();

  /** The limit of a call that is about to be made; `most`: the model's own. */
  take({ name, outputTokens }: Spec, model: string, most: number): number {
    const times = this.times.get(model) ?? 1;
    const limit = Math.min(outputTokens * times, most);
    this.asked.set(name, { times, limit });
    return limit;
  }

  /** With which limit the section was asked last. */
  limitOf({ name, outputTokens }: Spec): number {
    return this.asked.get(name)?.limit ?? outputTokens;
  }

  /** The section was cut off. Sections that were cut off at the same time double the room once. */
  widen({ name }: Spec, model: string): void {
    const times = Math.min(TIMES_MAX, (this.asked.get(name)?.times ?? 1) * 2);
    this.times.set(model, Math.max(times, this.times.get(model) ?? 1));
  }
}
