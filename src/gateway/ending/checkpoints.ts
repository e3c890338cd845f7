/**
 * Notes what streams have delivered, about once a second and all of them in one write, so that the death of this process
 * does not give it away. A checkpoint is the least that is certain: recovery charges it, and never more.
 */
import type { AttemptRecord } from '../../attempts/attempt';
import type { AttemptFollower, RunningAttempt } from '../../attempts/attempt-follower';
import type { Clock } from '../../kernel/clock';
import type { Log } from '../../kernel/log';
import { minNano, storable, subtractNano } from '../../kernel/money';
import { onceAMinute } from '../../kernel/once-a-minute';
import { Roster } from '../../kernel/roster';
import type { Checkpoint, LedgerStore } from '../../ledger/ledger-store';
import { chargeFor } from '../../metering/charge';
import { costOf } from '../../metering/cost';
import { GrowingCount } from '../../metering/growing-count';
import type { LoadableCounter, TokenCounter } from '../../metering/token-counter';
import { NO_USAGE, type Usage } from '../../metering/usage';
import type { ModelCall } from '../endpoints/endpoint';
import type { Hold } from '../hold';
import { countedInput, countedOutput } from './measure-usage';
import { countsOf, loweredLimit } from './receipt-of';

const EVERY_MS = 1_000;
/** Counting gives way to the requests after so long. */
const COUNTING_MS = 5;

/** A request under a hold, and the attempts that it made before on another one. */
interface Delivering {
  readonly hold: Hold;
  readonly call: ModelCall;
  readonly attemptsBefore: readonly AttemptRecord[];
}

export interface CheckpointPorts {
  readonly store: Pick<LedgerStore, 'checkpoint'>;
  readonly counter: LoadableCounter;
  readonly clock: Clock;
  readonly log: Pick<Log, 'warn'>;
}

export class Checkpoints {
  private readonly streams = new Roster<FollowedStream>();
  private running: Promise<void> | null = null;
  private stopped = false;
  private readonly tell = onceAMinute(this.ports.clock, (err: unknown, streams: number) => {
    this.ports.log.warn({ err, streams }, 'what streams have delivered could not be noted: the next round tries again');
  });

  private readonly tellUnloaded = onceAMinute(this.ports.clock, (err: unknown) => {
    this.ports.log.warn({ err }, 'the vocabulary that tokens are counted with cannot be loaded: it is tried again');
  });

  constructor(private readonly ports: CheckpointPorts) {}

  /** Serves a request; a stream is followed meanwhile, and not any more when this settles. */
  whileDelivering<T>(delivering: Delivering, serve: (follower: AttemptFollower | null) => Promise<T>): Promise<T> {
    // A whole answer is delivered after its settlement.
    return delivering.call.stream ? this.followed(delivering, serve) : serve(null);
  }

  private async followed<T>(delivering: Delivering, serve: (follower: AttemptFollower) => Promise<T>): Promise<T> {
    this.loadCounter();
    const stream = new FollowedStream(delivering, this.ports.counter);
    const leave = this.streams.enter(stream);
    try {
      return await serve(stream);
    } finally {
      stream.hasLeft = true;
      leave();
    }
  }

  /** Before the first stream is sent: every one that takes longer than a second is counted, and would stand still for it. */
  private loadCounter(): void {
    try {
      this.ports.counter.load();
    } catch (err) {
      this.tellUnloaded(err);
    }
  }

  /** From now on, about once a second, until `stop`. One round at a time. */
  start(): void {
    this.running ??= this.untilStopped();
  }

  /** Starts no other round. */
  stop(): void {
    this.stopped = true;
  }

  /** Writes, in one call, what was delivered since it was written last; nothing when nothing was. Never rejects. */
  async note(): Promise<void> {
    const moved = await this.moved();
    if (moved.length === 0) return;
    try {
      await this.ports.store.checkpoint(moved.map(({ checkpoint }) => checkpoint));
      for (const { stream, checkpoint } of moved) stream.noted = checkpoint.progress.usage.outputTokens;
    } catch (err) {
      this.tell(err, moved.length);
    }
  }

  private async untilStopped(): Promise<void> {
    for (;;) {
      await this.ports.clock.sleep(EVERY_MS);
      if (this.stopped) return;
      await this.note();
    }
  }

  private async moved(): Promise<{ readonly stream: FollowedStream; readonly checkpoint: Checkpoint }[]> {
    const { clock } = this.ports;
    const moved = [];
    let since = clock.monotonic();
    for (const stream of this.streams.members()) {
      const checkpoint = await this.checkpointOf(stream);
      if (checkpoint !== null) moved.push({ stream, checkpoint });
      if (clock.monotonic() - since < COUNTING_MS) continue;
      await nextTurn();
      since = clock.monotonic();
    }
    // Whoever has ended meanwhile is being settled.
    return moved.filter(({ stream }) => !stream.hasLeft);
  }

  /** What cannot be counted now, such as where the counter's vocabulary cannot be loaded, is tried again; the others are noted. */
  private async checkpointOf(stream: FollowedStream): Promise<Checkpoint | null> {
    try {
      return await stream.checkpoint();
    } catch (err) {
      if (!stream.isUncounted) this.ports.log.warn({ err }, 'what a stream has delivered cannot be counted: the next round tries again');
      stream.isUncounted = true;
      return null;
    }
  }
}

interface Current {
  readonly attempt: RunningAttempt;
  readonly output: GrowingCount;
}

function hasDelivered(attempt: RunningAttempt): boolean {
  return attempt.deliveredBytes() > 0 || attempt.deliveredText() !== '';
}

class FollowedStream implements AttemptFollower {
  /** The output tokens of the last checkpoint that was written; null before the first. */
  noted: number | null = null;
  /** It has ended, and is being settled. */
  hasLeft = false;
  /** What it delivered could not be counted, and the log says so. */
  isUncounted = false;
  private readonly before: AttemptRecord[] = [];
  private current: Current | null = null;
  private inputTokens: number | null = null;

  constructor(
    private readonly delivering: Delivering,
    private readonly counter: TokenCounter,
  ) {}

  began(attempt: RunningAttempt): void {
    this.current = { attempt, output: new GrowingCount(this.counter) };
  }

  ended(record: AttemptRecord): void {
    this.before.push(record);
    this.current = null;
  }

  /** null: nothing was delivered since the last one. */
  async checkpoint(): Promise<Checkpoint | null> {
    if (this.hasLeft || this.current === null || !hasDelivered(this.current.attempt)) return null;
    const inputTokens = this.inputTokens ?? (await this.countInput());
    // It may have ended while that was counted, and so may another of its attempts have begun.
    return this.hasLeft || this.current === null ? null : this.checkpointOf(this.current, inputTokens);
  }

  private async checkpointOf(current: Current, inputTokens: number): Promise<Checkpoint | null> {
    const { attempt, output } = current;
    if (!hasDelivered(attempt)) return null;
    const audioBytes = attempt.deliveredBytes();
    const outputTokens = await output.ofMuch(attempt.deliveredText());
    if (this.hasLeft || this.current !== current) return null;
    const counted = countedOutput(this.delivering.call, attempt.facts(), outputTokens, audioBytes);
    if (counted.outputTokens === this.noted) return null;
    return this.checkpointAt(attempt, { ...NO_USAGE, inputTokens, ...counted, source: 'FLOOR' });
  }

  private async countInput(): Promise<number> {
    const { call, hold } = this.delivering;
    this.inputTokens = await countedInput(call, hold.quote.bounds.inputTokens, this.counter);
    return this.inputTokens;
  }

  private checkpointAt({ step, facts, record }: RunningAttempt, usage: Usage): Checkpoint {
    const { hold, attemptsBefore } = this.delivering;
    const running: AttemptRecord = { ...record(), usage, cost: costOf(usage, step.cost) };
    const attempts = [...attemptsBefore, ...this.before, running];
    const { retries, fallbacks } = countsOf(attempts);
    const { reportedModel, providerStatus } = facts();
    const full = chargeFor(usage, step.price);
    const charge = minNano(full, hold.amount);
    return {
      holdId: hold.id,
      charge,
      overage: storable(subtractNano(full, charge)),
      progress: {
        upstreamModel: step.upstreamModel,
        reportedModel,
        finalChannelId: step.channel.id,
        priceId: step.price.id,
        retryCount: retries,
        fallbackCount: fallbacks,
        providerStatus,
        usage,
        timeToFirstTokenMs: running.timeToFirstTokenMs,
        loweredOutputLimit: loweredLimit(hold),
      },
      attempts,
    };
  }
}

/** Not a timer: what has arrived by now comes first. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
