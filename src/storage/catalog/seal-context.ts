/** What a channel's sealed secret is bound to: one that is copied to another channel's row does not open. */
export function sealContext(channelId: string): string {
  return `channel:${channelId}`;
}
