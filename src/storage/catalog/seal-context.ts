/** How the secrets of a channel are sealed at rest. */
import type { Channel } from '../../routing/catalog';

/** What a channel's sealed secret is bound to: one that is copied to another channel's row does not open. */
export function sealContext(channelId: string): string {
  return `channel:${channelId}`;
}

/** No secret has one in it: they travel in headers. */
const BETWEEN = '\n';

type Secrets = Pick<Channel, 'apiKey' | 'apiKeys'>;

/** All secrets of a channel as the one text that is sealed and compared; of a channel with one secret, the secret itself. */
export function secretText({ apiKey, apiKeys }: Secrets): string {
  return apiKeys === undefined ? apiKey : apiKeys.join(BETWEEN);
}

/** What `secretText` was made of. */
export function secretsOf(text: string): Secrets {
  const [apiKey = '', ...others] = text.split(BETWEEN);
  return others.length === 0 ? { apiKey } : { apiKey, apiKeys: [apiKey, ...others] };
}
