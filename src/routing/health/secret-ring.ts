/**
 * The secrets of a channel that has several: used in turn, each one put aside alone when the provider refuses it. They are
 * known by a fingerprint, so that another secret in the same place of the catalog starts anew.
 */
import { hashSecret } from '../../kernel/secret';
import type { Channel } from '../catalog';
import { boundedRest, RATE_LIMITED, type Rest } from './model-health';

/** A secret in use: the channel as an adapter sees it, with this secret as its key. */
export interface SecretInUse {
  readonly channel: Channel;
  /** From one, in the order of the catalog. */
  readonly ordinal: number;
  readonly of: number;
  readonly print: string;
}

export interface SecretReport {
  readonly ordinal: number;
  /** null: it is in use. */
  readonly rest: Rest | null;
}

/** A secret that the provider refused is tried again after this, and after twice as long each time that it is refused again. */
export const REFUSED_MS = 60_000;
const REFUSED_MAX_MS = 600_000;
const FINGERPRINT_LENGTH = 12;

interface SecretState {
  refusedAt: number;
  refusedUntil: number;
  refusals: number;
  reason: string;
  /** By upstream model: providers limit each one apart. */
  readonly limitedUntil: Map<string, number>;
  /** By upstream model: what the account behind it may not use. */
  readonly denied: Map<string, { readonly until: number; readonly reason: string }>;
}

export class SecretRing {
  private channel: Channel | null = null;
  private inUse: readonly SecretInUse[] = [];
  private readonly states = new Map<string, SecretState>();
  private turn = 0;

  /** Goes by the secrets of this channel from now on. */
  follow(channel: Channel): void {
    if (channel === this.channel) return;
    this.channel = channel;
    const secrets = channel.apiKeys ?? [channel.apiKey];
    this.inUse = secrets.map((apiKey, index) => ({
      channel: { ...channel, apiKey },
      ordinal: index + 1,
      of: secrets.length,
      print: hashSecret(apiKey).slice(0, FINGERPRINT_LENGTH),
    }));
    const prints = new Set(this.inUse.map(({ print }) => print));
    for (const print of this.states.keys()) if (!prints.has(print)) this.states.delete(print);
    for (const print of prints) if (!this.states.has(print)) this.states.set(print, newState());
  }

  /** The next one in turn that is ready; where none is, the one that will be soonest. */
  pick(upstreamModel: string, now: number): SecretInUse | null {
    this.turn = (this.turn + 1) % Math.max(this.inUse.length, 1);
    let [soonest, least]: [SecretInUse | null, number] = [null, Number.POSITIVE_INFINITY];
    for (let step = 0; step < this.inUse.length; step += 1) {
      const secret = this.inUse[(this.turn + step) % this.inUse.length];
      const forMs = secret === undefined ? least : (this.restOf(secret, upstreamModel, now)?.forMs ?? 0);
      if (secret === undefined || forMs >= least) continue;
      if (forMs === 0) return secret;
      [soonest, least] = [secret, forMs];
    }
    return soonest;
  }

  /** null: a secret is ready. Else the rest of the one that will be ready soonest. */
  restAt(upstreamModel: string, now: number): Rest | null {
    let soonest: Rest | null = null;
    for (const secret of this.inUse) {
      const rest = this.restOf(secret, upstreamModel, now);
      if (rest === null) return null;
      if (soonest === null || rest.forMs < soonest.forMs) soonest = rest;
    }
    return soonest;
  }

  /** The provider does not take this secret. Gives for how long it is put aside. */
  refused(print: string, now: number, reason: string): number {
    const state = this.states.get(print);
    if (state === undefined) return 0;
    // Of a call that was under way when it was put aside: it was not refused again.
    if (now < state.refusedUntil) return state.refusedUntil - now;
    const forMs = Math.min(REFUSED_MS * 2 ** state.refusals, REFUSED_MAX_MS);
    state.refusals += 1;
    this.hearRefused(print, now, forMs, reason);
    return forMs;
  }

  hearRefused(print: string, now: number, forMs: number, reason: string): void {
    const state = this.states.get(print);
    if (state === undefined) return;
    state.refusedAt = now;
    state.refusedUntil = Math.max(state.refusedUntil, now + Math.min(forMs, REFUSED_MAX_MS));
    state.reason = reason;
  }

  limited(print: string, upstreamModel: string, now: number, forMs: number): void {
    const limitedUntil = this.states.get(print)?.limitedUntil;
    limitedUntil?.set(upstreamModel, Math.max(limitedUntil.get(upstreamModel) ?? 0, now + boundedRest(forMs)));
  }

  /** The provider does not let this secret use the model. */
  denied(print: string, upstreamModel: string, now: number, reason: string): void {
    this.states.get(print)?.denied.set(upstreamModel, { until: now + REFUSED_MS, reason });
  }

  /** An attempt that began so was answered. One from before the refusal says nothing of it; another one, sent because no secret was left, ends it. */
  succeeded(print: string, began: number): void {
    const state = this.states.get(print);
    if (state === undefined || began <= state.refusedAt) return;
    state.refusals = 0;
    state.refusedUntil = 0;
  }

  report(now: number): SecretReport[] {
    return this.inUse.map((secret) => ({ ordinal: secret.ordinal, rest: this.restOf(secret, null, now) }));
  }

  /** Of any model when none is named: the longest. A model that a secret is denied says nothing of the others. */
  private restOf({ print }: SecretInUse, upstreamModel: string | null, now: number): Rest | null {
    const state = this.states.get(print);
    if (state === undefined) return null;
    if (now < state.refusedUntil) return { code: 'breaker_open', reason: state.reason, forMs: state.refusedUntil - now };
    const until = upstreamModel === null ? Math.max(0, ...state.limitedUntil.values()) : (state.limitedUntil.get(upstreamModel) ?? 0);
    if (now < until) return { code: 'rate_limited_until', reason: RATE_LIMITED, forMs: until - now };
    const denied = upstreamModel === null ? undefined : state.denied.get(upstreamModel);
    return denied !== undefined && now < denied.until ? { code: 'breaker_open', reason: denied.reason, forMs: denied.until - now } : null;
  }
}

function newState(): SecretState {
  return { refusedAt: 0, refusedUntil: 0, refusals: 0, reason: '', limitedUntil: new Map(), denied: new Map() };
}
