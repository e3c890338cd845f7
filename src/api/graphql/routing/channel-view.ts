/** A channel as it is read. Its secret is never part of it. */
import type { Catalog, Channel } from '../../../routing/catalog';

export interface ChannelView {
  readonly id: string;
  readonly name: string;
  readonly protocol: string;
  /** null for callers other than the operator. */
  readonly baseUrl: string | null;
  readonly status: 'ENABLED' | 'DISABLED';
  /** No breaker watches the channels yet: nothing has been seen that speaks against one. */
  readonly health: 'HEALTHY' | 'DEGRADED' | 'OPEN';
}

export function viewChannel(channel: Channel, showAddress: boolean): ChannelView {
  const { id, name, protocol, baseUrl, enabled } = channel;
  return { id, name, protocol, baseUrl: showAddress ? baseUrl : null, status: enabled ? 'ENABLED' : 'DISABLED', health: 'HEALTHY' };
}

/** The channel that a receipt names. One that this snapshot does not know yet is shown by its id. */
export function viewChannelOf(catalog: Catalog, id: string, showAddress: boolean): ChannelView {
  const channel = catalog.channels.get(id);
  if (channel !== undefined) return viewChannel(channel, showAddress);
  return { id, name: id, protocol: 'unknown', baseUrl: null, status: 'DISABLED', health: 'HEALTHY' };
}
