/** What processes of one installation tell each other of channels. Whoever misses it learns it by itself. */

import { jsonOf } from '../../kernel/record';
import { DAY_MS } from '../../kernel/times';
import { type Figures, figuresIn, membersOf } from './figures';

export type HealthNews =
  | { readonly kind: 'opened'; readonly channelId: string; readonly upstreamModel: string; readonly forMs: number; readonly reason: string }
  | { readonly kind: 'closed'; readonly channelId: string; readonly upstreamModel: string }
  | {
      readonly kind: 'limited';
      readonly channelId: string;
      readonly upstreamModel: string;
      readonly forMs: number;
      /** The fingerprint of the secret that is limited; null: the channel has one alone. */
      readonly secret: string | null;
    }
  | { readonly kind: 'figures'; readonly channelId: string; readonly upstreamModel: string; readonly figures: Figures }
  | { readonly kind: 'refused'; readonly channelId: string; readonly secret: string; readonly forMs: number; readonly reason: string };

/** The port to the other processes. */
export interface HealthWire {
  /** Never fails and waits for nobody: while the others cannot be reached, it is lost. */
  tell(news: HealthNews): void;
  /** To be called once. What this process tells does not come back to it. */
  listen(hear: (news: HealthNews) => void): void;
}

/** For a process that is alone. */
export const NOBODY_ELSE: HealthWire = { tell: () => undefined, listen: () => undefined };

const REASON_MAX = 300;
/** Several times what any news takes. */
const TEXT_MAX = 16_384;

/** News from a text of another process; undefined when it is none, as of another version. */
export function newsIn(text: string): HealthNews | undefined {
  const { kind, channelId, upstreamModel, secret, reason, forMs, figures } = membersOf(valueIn(text));
  if (typeof channelId !== 'string') return undefined;
  const told = { forMs: durationOf(forMs), reason: typeof reason === 'string' ? reason.slice(0, REASON_MAX) : 'it failed' };
  if (kind === 'refused') return typeof secret === 'string' ? { kind, channelId, secret, ...told } : undefined;
  if (typeof upstreamModel !== 'string') return undefined;
  switch (kind) {
    case 'opened':
      return { kind, channelId, upstreamModel, ...told };
    case 'closed':
      return { kind, channelId, upstreamModel };
    case 'limited':
      return { kind, channelId, upstreamModel, forMs: told.forMs, secret: typeof secret === 'string' ? secret : null };
    case 'figures':
      return figuresNews(channelId, upstreamModel, figuresIn(figures));
    default:
      return undefined;
  }
}

function figuresNews(channelId: string, upstreamModel: string, figures: Figures | undefined): HealthNews | undefined {
  return figures === undefined ? undefined : { kind: 'figures', channelId, upstreamModel, figures };
}

function valueIn(text: string): unknown {
  return text.length > TEXT_MAX ? undefined : jsonOf(text);
}

function durationOf(value: unknown): number {
  return typeof value === 'number' && value >= 0 && value <= DAY_MS ? value : 0;
}
