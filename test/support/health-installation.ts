/** The health of channels in several processes of one installation, joined by a wire that a test holds back and lets go. */
import type { Catalog, Channel } from '../../src/routing/catalog';
import { ChannelHealth } from '../../src/routing/health/channel-health';
import { type HealthNews, newsIn } from '../../src/routing/health/health-news';
import { type ModelHealthReport, reportOf } from '../../src/routing/health/health-report';
import { at } from './channel-healths';
import { StillClock } from './still-clock';

const SILENT = { info: () => undefined, warn: () => undefined };
/** Of a call that is answered, in milliseconds. */
const LATENCY = 120;

/** What one process does and shows. All calls are of the upstream model `m`. */
export class HealthProcess {
  readonly health: ChannelHealth;
  hear: (news: HealthNews) => void = () => undefined;

  constructor(
    private readonly clock: StillClock,
    catalog: Catalog,
    tell: (news: HealthNews) => void,
  ) {
    const listen = (hear: (news: HealthNews) => void) => void Object.assign(this, { hear });
    this.health = new ChannelHealth({ clock, log: SILENT, wire: { tell, listen }, catalog: () => catalog });
  }

  /** Requests that the breaker lets through or not, and that are answered. */
  answered(channel: Channel, times: number): void {
    for (let call = 0; call < times; call += 1) {
      this.health.succeeded(at(channel), this.health.begin(at(channel)), LATENCY, LATENCY / 4);
    }
  }

  failed(channel: Channel, times: number): void {
    for (let call = 0; call < times; call += 1) this.health.failed(at(channel), this.health.begin(at(channel)), 'HTTP 503');
  }

  shows(channel: Channel): ModelHealthReport | undefined {
    return reportOf(this.health, channel.id, this.clock).models[0];
  }

  /** For how long it passes the channel over; undefined: it does not. */
  restsFor(channel: Channel): number | undefined {
    return this.health.restOf(at(channel))?.forMs;
  }
}

/** What is on its way: the text, and which process told it. */
export interface OnItsWay {
  readonly by: number;
  readonly text: string;
}

export function healthInstallation(count: number, catalog: Catalog) {
  const clock = new StillClock();
  const told: OnItsWay[] = [];
  const newProcess = (by: number) => new HealthProcess(clock, catalog, (news) => void told.push({ by, text: JSON.stringify(news) }));
  const processes = Array.from({ length: count }, (_, by) => newProcess(by));
  const hear = ({ by, text }: OnItsWay) => {
    const news = newsIn(text);
    if (news !== undefined) for (const [index, process] of processes.entries()) if (index !== by) process.hear(news);
  };
  const deliver = () => told.splice(0).forEach(hear);
  const share = () => {
    for (const { health } of processes) health.tellFigures();
    deliver();
  };
  const [here, there] = processes as [HealthProcess, HealthProcess];
  return { clock, told, processes, here, there, deliver, share };
}
