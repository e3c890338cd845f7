/** What a gateway asks of the audit: done in two lines, each a thread of its own, so that nobody's verification holds up what keeps up. */
import type { Clock } from '../../kernel/clock';
import { Fault } from '../../kernel/fault';
import type { Log } from '../../kernel/log';
import type { LedgerVerification, LedgerVerifier } from '../../ledger/audit/verification';
import type { DatabaseLocation } from '../data-source';
import type { RolledUp } from '../usage/roll-up-batches';
import { AuditLine } from './audit-line';
import type { SealedBlock, SealRange } from './seal-batches';

export interface AuditThreadParts {
  readonly location: DatabaseLocation;
  readonly clock: Clock;
  readonly log: Log;
}

/** They are done one after the other: whoever would wait for more than these is sent away. */
const VERIFICATIONS_MAX = 8;

export class AuditThread implements LedgerVerifier {
  private readonly verifying: AuditLine;
  private readonly keepingUp: AuditLine;
  /** By wallet: whoever asks for the same one meanwhile gets the same answer. */
  private readonly verifications = new Map<string, Promise<LedgerVerification>>();

  constructor(private readonly parts: AuditThreadParts) {
    this.verifying = new AuditLine(parts.location);
    this.keepingUp = new AuditLine(parts.location);
  }

  verify(walletId: string): Promise<LedgerVerification> {
    const running = this.verifications.get(walletId);
    if (running !== undefined) return running;
    if (this.verifications.size >= VERIFICATIONS_MAX) {
      return Promise.reject(new Fault('temporarily_unavailable', 'Many wallets are being verified now.'));
    }
    const verification = this.verifying.ask<'verify'>({ call: 'verify', walletId, at: this.parts.clock.now() }).catch((cause: unknown) => {
      this.parts.log.error({ err: cause, walletId }, 'a wallet could not be verified');
      throw new Fault('temporarily_unavailable', 'The ledger cannot be read now.', { cause });
    });
    this.verifications.set(walletId, verification);
    const done = () => void this.verifications.delete(walletId);
    verification.then(done, done);
    return verification;
  }

  /** Seals the oldest batches of the range that are not sealed yet; null when there are none. @throws what the database said */
  seal(range: SealRange): Promise<SealedBlock | null> {
    return this.keepingUp.ask<'seal'>({ call: 'seal', range, at: this.parts.clock.now() });
  }

  /** Adds the oldest batches that are not in the sums of usage yet. @throws what the database said */
  rollUp(): Promise<RolledUp> {
    return this.keepingUp.ask<'rollUp'>({ call: 'rollUp' });
  }

  /** What they are doing fails, and is done anew when it is next asked for: the server that they wait for may never answer. */
  async giveUp(): Promise<void> {
    await Promise.all([this.verifying.giveUp(), this.keepingUp.giveUp()]);
  }

  /** Ends both, whatever they are doing: they write in transactions only. */
  async close(): Promise<void> {
    await Promise.all([this.verifying.close(), this.keepingUp.close()]);
  }
}
