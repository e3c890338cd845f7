/** Health of channels in a state that a test names. */

import type { Channel } from '../../src/routing/catalog';
import { BREAKER_DEFAULTS } from '../../src/routing/health/breaker-settings';
import { ChannelHealth, type Destination } from '../../src/routing/health/channel-health';
import { NOBODY_ELSE } from '../../src/routing/health/health-news';
import { aCatalog, aChannel } from './catalog-builders';
import { StillClock } from './still-clock';

const SILENT = { info: () => undefined, warn: () => undefined };

/** An upstream model on a channel. */
export function at(channel: Channel, upstreamModel = 'm'): Destination {
  return { channel, upstreamModel };
}

export function healthy(clock = new StillClock(1_000)): ChannelHealth {
  return new ChannelHealth({ clock, log: SILENT, wire: NOBODY_ELSE, catalog: () => aCatalog({}) });
}

/** The breakers of these channels are open for the model `m`, the first one named for the longest. */
export function failing(ids: readonly string[], clock = new StillClock(1_000)): ChannelHealth {
  const health = healthy(clock);
  for (const id of ids) {
    const channel = aChannel(id, { breaker: { openMs: 5_000 - 100 * ids.indexOf(id) } });
    for (let call = 0; call < BREAKER_DEFAULTS.consecutiveFailures; call += 1) health.failed(at(channel), 0, 'HTTP 500');
  }
  return health;
}
