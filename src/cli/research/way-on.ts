import type { EndView } from './queries';

/** How a run that is not whole goes on; null: it does not. What has to be done before stands in its reason. */
export function wayOn({ id, status, apiKey }: Pick<EndView, 'id' | 'status' | 'apiKey'>): string | null {
  if (status !== 'PAUSED' && status !== 'PARTIAL' && status !== 'FAILED') return null;
  if (apiKey.status === 'REVOKED' || apiKey.status === 'EXPIRED') {
    return `It cannot go on, because its key is ${apiKey.status.toLowerCase()}: what is missing takes another run, with another key.`;
  }
  const resume = `npm run research -- --resume ${id}`;
  if (status !== 'PAUSED') return `What is missing is written with: ${resume}`;
  return `Once that is done, it goes on with: ${resume} (and --budget RMB=… or CREDIT=… for a higher budget)`;
}
