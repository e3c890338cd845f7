/** A channel as it is read. Its secret is never part of it; its health is looked up when it is asked for. */
import type { Catalog, Channel } from '../../../routing/catalog';

export interface ChannelView {
  readonly id: string;
  readonly name: string;
  readonly protocol: string;
  /** null for callers other than the operator. */
  readonly baseUrl: string | null;
  readonly status: 'ENABLED' | 'DISABLED';
}

export function viewChannel(channel: Channel, showAddress: boolean): ChannelView {
  const { id, name, protocol, baseUrl, enabled } = channel;
  return { id, name, protocol, baseUrl: showAddress ? baseUrl : null, status: enabled ? 'ENABLED' : 'DISABLED' };
}

/** The channel that a receipt names. One that this snapshot does not know yet is shown by its id. */
export function viewChannelOf(catalog: Catalog, id: string, showAddress: boolean): ChannelView {
  const channel = catalog.channels.get(id);
  if (channel !== undefined) return viewChannel(channel, showAddress);
  return { id, name: id, protocol: 'unknown', baseUrl: null, status: 'DISABLED' };
}
