/** Looks at the rules and delivers what they raised, behind what people wait for. */
import { BackgroundWork } from '../kernel/background-work';
import type { Log } from '../kernel/log';
import { type DeliveryPorts, deliverAlerts } from './deliver-alerts';
import { type WatchPorts, watchRules } from './watch-rules';

const EVERY_MS = 2_000;

export class AlertWork extends BackgroundWork {
  constructor(private readonly ports: WatchPorts & DeliveryPorts & { readonly log: Pick<Log, 'warn'> }) {
    super({ everyMs: EVERY_MS, problem: 'alerts could not be looked at or delivered', log: ports.log });
  }

  protected async work(): Promise<void> {
    await watchRules(this.ports);
    while (!this.stopped && (await deliverAlerts(this.ports)) > 0);
  }
}
