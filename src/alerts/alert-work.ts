/** Looks at the rules and delivers what they raised, behind what people wait for; neither keeps the other waiting. */
import { BackgroundWork } from '../kernel/background-work';
import { AlertDeliveries, type DeliveryPorts } from './deliver-alerts';
import { type WatchPorts, watchRules } from './watch-rules';

const WATCH_EVERY_MS = 2_000;
const DELIVER_EVERY_MS = 1_000;
/** So many times as long as a look took nothing is looked at: a tenth of the time is what rules may take of that of requests. */
const REST = 9;

export class AlertWatch extends BackgroundWork {
  private restsUntil = 0;

  constructor(private readonly ports: WatchPorts) {
    super({ everyMs: WATCH_EVERY_MS, problem: 'the rules of alerts could not be looked at', log: ports.log });
  }

  protected async work(): Promise<void> {
    const { clock } = this.ports;
    const began = clock.monotonic();
    if (began < this.restsUntil) return;
    await watchRules(this.ports);
    const ended = clock.monotonic();
    this.restsUntil = ended + (ended - began) * REST;
  }
}

export class AlertDispatch extends BackgroundWork {
  private readonly deliveries: AlertDeliveries;

  constructor(ports: DeliveryPorts) {
    super({ everyMs: DELIVER_EVERY_MS, problem: 'alerts could not be delivered', log: ports.log });
    this.deliveries = new AlertDeliveries(ports, () => void this.look());
  }

  /** Resolves when no try is under way any more, after `stop`: what has arrived is written down, and not sent again by others. */
  async idle(): Promise<void> {
    await this.look();
    await this.deliveries.idle();
  }

  protected async work(): Promise<void> {
    while (!this.stopped && (await this.deliveries.begin()) > 0);
  }
}
