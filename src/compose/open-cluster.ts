/** What the processes of one installation share beside the database: the rates of keys, and how channels are. */
import { openHealthWire } from '../cluster/open-health-wire';
import { openRateLimits } from '../cluster/open-rate-limits';
import type { Config } from '../config';
import { systemClock } from '../kernel/clock';
import type { Log } from '../kernel/log';
import { TELL_EVERY_MS } from '../routing/health/breaker-settings';
import { ChannelHealth } from '../routing/health/channel-health';
import type { Storage } from './open-storage';

export async function openCluster({ redisUrl }: Config, { ledgerId: installation, catalog }: Storage, log: Log) {
  const limits = await openRateLimits({ redisUrl, installation, clock: systemClock, log });
  const others = await openHealthWire({ redisUrl, installation });
  const health = new ChannelHealth({ clock: systemClock, log, wire: others.wire, catalog: () => catalog.current() });
  const telling = redisUrl === null ? undefined : setInterval(() => health.tellFigures(), TELL_EVERY_MS).unref();
  return {
    rates: limits.rates,
    ratesAreShared: limits.areShared,
    health,
    close: () => {
      clearInterval(telling);
      limits.close();
      others.close();
    },
  };
}
