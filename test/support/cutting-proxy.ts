/** Stands between a client and MySQL, and makes the trouble that it is told to make; of Redis it knows no statements. */
import { errorPacket, isError, packetsOf, statementsOf } from './mysql-packets';
import { goTogether, standBetween } from './stand-between';

/** `before`: what ends in a COMMIT never arrives. `after`: it is carried out, and its answer never arrives. */
export type Cut = 'before' | 'after';

export interface CuttingProxy {
  /** The database's address with this proxy in front of it. */
  readonly url: string;
  /** Cuts the next COMMITs in this order. */
  cut(...cuts: Cut[]): void;
  /** How many cuts are still to come. */
  left(): number;
  /** Answers the next that has a statement which `at` fits with an error of the server instead of passing it on; Infinity: until `mend`. */
  refuse(errno: number, times?: number, at?: RegExp): void;
  /** Refuses all connections until `mend`. */
  sever(): void;
  /** Accepts everything and answers nothing until `mend`; what was said meanwhile is lost with its connection. */
  hang(): void;
  /** How many clients are connected now. */
  connections(): number;
  /** How many came while they were refused. */
  turnedAway(): number;
  mend(): void;
  close(): Promise<void>;
}

export async function cuttingProxy(target: string): Promise<CuttingProxy> {
  const inPackets = new URL(target).protocol === 'redis:' ? (take: (bytes: Buffer) => void) => take : packetsOf;
  const cuts: Cut[] = [];
  let severed = false;
  let turnedAway = 0;
  let hanging = false;
  const refusal = { errno: 0, times: 0, at: COMMIT };
  const fateOf = (statements: readonly string[]): Cut | 'refused' | 'passed' => {
    const isRefused = refusal.times > 0 && statements.some((each) => refusal.at.test(each));
    if (!isRefused) return (COMMIT.test(statements.at(-1) ?? '') ? cuts.shift() : undefined) ?? 'passed';
    refusal.times -= 1;
    return 'refused';
  };
  const admits = () => {
    if (severed) turnedAway += 1;
    return !severed;
  };
  const meet: Parameters<typeof standBetween>[1] = (client, database) => {
    goTogether(client, database);
    let mute = false;
    /** Answers that still come before a cut; null: none is to come. */
    let unanswered: number | null = null;
    client.on(
      'data',
      inPackets((packet) => {
        mute ||= hanging;
        if (mute) return;
        const statements = statementsOf(packet);
        const fate = fateOf(statements);
        const met = {
          before: () => client.destroy(),
          refused: () => client.write(errorPacket(refusal.errno)),
          passed: () => database.write(packet),
          after: () => {
            mute = true;
            unanswered = statements.length;
            database.write(packet);
          },
        };
        met[fate]();
      }),
    );
    database.on(
      'data',
      inPackets((packet) => {
        if (unanswered !== null) unanswered -= 1;
        if (unanswered === 0 || (unanswered !== null && isError(packet))) client.destroy();
        if (!hanging && !mute) client.write(packet);
      }),
    );
  };
  const between = await standBetween(target, meet, admits);
  return {
    ...between,
    cut: (...more) => void cuts.push(...more),
    left: () => cuts.length,
    refuse: (errno, times = 1, at = COMMIT) => void Object.assign(refusal, { errno, times, at }),
    turnedAway: () => turnedAway,
    hang: () => {
      hanging = true;
    },
    sever: () => {
      severed = true;
      between.sever();
    },
    mend: () => {
      severed = false;
      refusal.times = 0;
      if (!hanging) return;
      hanging = false;
      between.sever();
    },
  };
}

/** The last of the statements that go out together. */
const COMMIT = /^COMMIT$/;
