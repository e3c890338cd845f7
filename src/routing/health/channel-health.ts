/**
 * How the channels are: what every attempt leaves here, and what keeps the next one from a channel that fails. State of
 * this process, told to the others and heard from them; nothing that money depends on.
 */
import type { Clock } from '../../kernel/clock';
import type { Log } from '../../kernel/log';
import { type Catalog, type Channel, leadsTo } from '../catalog';
import type { BreakerState, Ticket, Turn } from './breaker';
import { settingsOf } from './breaker-settings';
import type { HealthNews, HealthWire } from './health-news';
import { ModelHealth, type Rest } from './model-health';
import { type SecretInUse, SecretRing } from './secret-ring';

export interface HealthParts {
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly log: Pick<Log, 'info' | 'warn'>;
  readonly wire: HealthWire;
  /** News of what is not in it are let go: so no more is kept than is sold. */
  readonly catalog: () => Catalog;
}

/** Where attempts go: a step of a plan is one. */
export interface Destination {
  readonly channel: Channel;
  readonly upstreamModel: string;
}

/** What is known of one channel. */
export interface KnownChannel {
  readonly models: ReadonlyMap<string, ModelHealth>;
  /** null: it has one secret. */
  readonly ring: SecretRing | null;
}

interface Watched {
  readonly models: Map<string, ModelHealth>;
  ring: SecretRing | null;
}

/** A limit whose end the provider did not say: a secret among others rests so long. */
const UNTOLD_LIMIT_MS = 1_000;

export class ChannelHealth {
  private readonly channels = new Map<string, Watched>();

  constructor(private readonly parts: HealthParts) {
    parts.wire.listen((news) => this.hear(news));
  }

  /** Why a request may not go to the channel now; null: it may. */
  restOf(at: Destination): Rest | null {
    const model = this.modelOf(at);
    const { channel, upstreamModel } = at;
    if (model.calm && channel.apiKeys === undefined) return null;
    const now = this.parts.clock.monotonic();
    const rest = model.restAt(now);
    if (rest !== null || channel.apiKeys === undefined || model.settings.off) return rest;
    return this.ringOf(channel)?.restAt(upstreamModel, now) ?? null;
  }

  /** A request goes. What it gets must be given to the one that says how the request ended. */
  begin(at: Destination): Ticket {
    const model = this.modelOf(at);
    return model.breaker.state === 'CLOSED' ? 0 : model.begin(this.parts.clock.monotonic());
  }

  /** The secret to send with; null: the channel has one alone. */
  secretFor({ channel, upstreamModel }: Destination): SecretInUse | null {
    if (channel.apiKeys === undefined) return null;
    return this.ringOf(channel)?.pick(upstreamModel, this.parts.clock.monotonic()) ?? null;
  }

  /** The provider answered to the end. */
  succeeded(at: Destination, ticket: Ticket, latencyMs: number, firstByteMs: number | null): void {
    const model = this.modelOf(at);
    this.turned(at.channel.id, model, model.succeeded(ticket, this.parts.clock.monotonic(), latencyMs, firstByteMs));
  }

  secretSucceeded({ channel }: Destination, { print }: SecretInUse, latencyMs: number): void {
    this.ringOf(channel)?.succeeded(print, this.parts.clock.monotonic() - latencyMs);
  }

  /** @param why as the end of "the last one with …": a status or a word of ours */
  failed(at: Destination, ticket: Ticket, why: string): void {
    const model = this.modelOf(at);
    this.turned(at.channel.id, model, model.failed(ticket, this.parts.clock.monotonic(), why));
  }

  /** The provider's rate limit is reached, for so long. */
  limited(at: Destination, ticket: Ticket, forMs: number): void {
    this.modelOf(at).limited(ticket, this.parts.clock.monotonic(), forMs);
    this.parts.wire.tell({ kind: 'limited', channelId: at.channel.id, upstreamModel: at.upstreamModel, forMs, secret: null });
  }

  /** Whether it ever answered to the end, here or as another process told. */
  answered(at: Destination): boolean {
    return !this.modelOf(at).latency.isEmpty;
  }

  /** It ended in a way that says nothing of the channel: the request was rejected, or its client left. */
  abandoned(at: Destination, ticket: Ticket): void {
    this.modelOf(at).abandoned(ticket);
  }

  /** The provider refused a secret among several. True: another one is ready. */
  secretRefused({ channel, upstreamModel }: Destination, { print, ordinal }: SecretInUse, reason: string): boolean {
    const ring = this.ringOf(channel);
    const now = this.parts.clock.monotonic();
    const forMs = ring?.refused(print, now, reason) ?? 0;
    this.parts.log.warn({ channel: channel.id, secret: ordinal, forMs }, 'a provider refuses a secret of a channel: it is put aside');
    this.parts.wire.tell({ kind: 'refused', channelId: channel.id, secret: print, forMs, reason });
    return ring?.restAt(upstreamModel, now) === null;
  }

  /** The rate limit of a secret among several is reached; null: for how long is not known. True: another one is ready. */
  secretLimited({ channel, upstreamModel }: Destination, { print }: SecretInUse, resetMs: number | null): boolean {
    const ring = this.ringOf(channel);
    const now = this.parts.clock.monotonic();
    const forMs = resetMs ?? UNTOLD_LIMIT_MS;
    ring?.limited(print, upstreamModel, now, forMs);
    this.parts.wire.tell({ kind: 'limited', channelId: channel.id, upstreamModel, forMs, secret: print });
    return ring?.restAt(upstreamModel, now) === null;
  }

  /** The provider denies a secret among several this model alone; other processes find out by themselves. True: another one is ready. */
  secretDenied({ channel, upstreamModel }: Destination, { print }: SecretInUse, reason: string): boolean {
    const ring = this.ringOf(channel);
    const now = this.parts.clock.monotonic();
    ring?.denied(print, upstreamModel, now, reason);
    return ring?.restAt(upstreamModel, now) === null;
  }

  /**
   * Tells the others what calls of this process were like since the last time, and nothing that was heard. To be called
   * every `TELL_EVERY_MS` where there are others: attempts only count, so that none of them waits for it.
   */
  tellFigures(): void {
    for (const [channelId, { models }] of this.channels) {
      for (const [upstreamModel, model] of models) {
        const figures = model.takeUntold();
        if (figures !== null) this.parts.wire.tell({ kind: 'figures', channelId, upstreamModel, figures });
      }
    }
  }

  /** undefined: no request went there yet, and no other process told of one. */
  known(channelId: string): KnownChannel | undefined {
    return this.channels.get(channelId);
  }

  /** The state of every breaker that a request went through, or that another process told of. */
  breakers(): { readonly channel: string; readonly upstreamModel: string; readonly state: BreakerState }[] {
    return [...this.channels].flatMap(([channel, { models }]) =>
      [...models.values()].map(({ upstreamModel, breaker }) => ({ channel, upstreamModel, state: breaker.state })),
    );
  }

  private modelOf({ channel, upstreamModel }: Destination): ModelHealth {
    const model = this.watched(channel.id).models.get(upstreamModel) ?? this.newModel(channel.id, upstreamModel);
    const settings = settingsOf(channel.breaker);
    if (model.settings !== settings) {
      model.settings = settings;
      if (settings.off && model.breaker.state !== 'CLOSED') model.breaker.close(this.parts.clock.monotonic());
    }
    return model;
  }

  private watched(channelId: string): Watched {
    const known = this.channels.get(channelId);
    if (known !== undefined) return known;
    const watched: Watched = { models: new Map(), ring: null };
    this.channels.set(channelId, watched);
    return watched;
  }

  private newModel(channelId: string, upstreamModel: string): ModelHealth {
    const model = new ModelHealth(upstreamModel, settingsOf(undefined));
    this.watched(channelId).models.set(upstreamModel, model);
    return model;
  }

  private ringOf(channel: Channel): SecretRing | null {
    if (channel.apiKeys === undefined) return null;
    const watched = this.watched(channel.id);
    watched.ring ??= new SecretRing();
    watched.ring.follow(channel);
    return watched.ring;
  }

  private turned(channelId: string, { upstreamModel, breaker }: ModelHealth, turn: Turn): void {
    if (turn === null) return;
    const of = { channelId, upstreamModel };
    if (turn === 'closed') {
      this.parts.log.info(of, 'the breaker of a channel closes: its probes were answered');
      this.parts.wire.tell({ kind: 'closed', ...of });
      return;
    }
    const forMs = Math.max(0, Math.round(breaker.openUntil - this.parts.clock.monotonic()));
    const reason = breaker.reason ?? 'it failed';
    this.parts.log.warn({ ...of, forMs, reason }, 'the breaker of a channel opens: it is passed over');
    this.parts.wire.tell({ kind: 'opened', ...of, forMs, reason });
  }

  private hear(news: HealthNews): void {
    const channel = this.parts.catalog().channels.get(news.channelId);
    if (channel === undefined) return;
    const now = this.parts.clock.monotonic();
    const ring = this.channels.get(channel.id)?.ring;
    if (news.kind === 'refused') return ring?.hearRefused(news.secret, now, news.forMs, news.reason);
    if (!this.minds(channel.id, news.upstreamModel)) return;
    if (news.kind === 'limited' && news.secret !== null) return ring?.limited(news.secret, news.upstreamModel, now, news.forMs);
    const model = this.modelOf({ channel, upstreamModel: news.upstreamModel });
    if (news.kind === 'figures') return this.turned(channel.id, model, model.hear(now, news.figures));
    if (model.settings.off) return;
    if (news.kind === 'opened') model.breaker.hearOpened(now, news.forMs, news.reason);
    else if (news.kind === 'limited') model.hearLimited(now, news.forMs);
    else model.breaker.close(now);
  }

  /** Whether news of an upstream model are of use here: it was used, or could be. */
  private minds(channelId: string, upstreamModel: string): boolean {
    return this.channels.get(channelId)?.models.has(upstreamModel) === true || leadsTo(this.parts.catalog(), channelId, upstreamModel);
  }
}
