/** Events that an operator must know of, each with a name, logged and counted in the metrics. */
import type { Log } from './log';

export const ALARM_NAMES = ['late_settlement', 'process_fenced'] as const;
/**
 * `late_settlement`: a request was ended by recovery before its own process could settle it; what it delivered since is
 * lost. `process_fenced`: another process declared this one dead.
 */
export type AlarmName = (typeof ALARM_NAMES)[number];

export interface Alarms {
  /** Counts the event and logs it with its facts: ids and amounts as text, never what was said. Never fails. */
  raise(name: AlarmName, facts: object): void;
}

const MESSAGES: Readonly<Record<AlarmName, string>> = {
  late_settlement: 'a hold was ended by another process: this late settlement changed nothing',
  process_fenced: 'another process declared this one dead and ended its holds: it ends now',
};

/** The alarms of one process, since its start. */
export class CountedAlarms implements Alarms {
  private readonly counted = new Map<AlarmName, number>();

  constructor(private readonly log: Pick<Log, 'error'>) {}

  raise(name: AlarmName, facts: object): void {
    this.counted.set(name, this.count(name) + 1);
    this.log.error({ alarm: name, ...facts }, MESSAGES[name]);
  }

  /** How often it was raised. */
  count(name: AlarmName): number {
    return this.counted.get(name) ?? 0;
  }
}
