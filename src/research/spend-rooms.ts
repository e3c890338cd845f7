/** What the spend limits of a key and of its project leave, by the counters that its holds are checked against. */
import { ceilingsOn, type LimitsOf } from '../gateway/reading/spend-ceilings';
import type { Bucket } from '../kernel/words';
import type { AccountStore } from '../keys/account-store';
import type { ApiKey } from '../keys/api-key';
import type { LedgerReader } from '../ledger/ledger-reader';
import { type SpendRoom, tightestRoom } from '../ledger/spend-room';
import { walletId } from '../ledger/wallet';

interface RoomSources {
  readonly reader: Pick<LedgerReader, 'spendOf'>;
  readonly accounts: Pick<AccountStore, 'projectsById'>;
}

/** One for each limit on the bucket, those of the key first; `left` is below zero where a limit was lowered since. */
export async function spendRooms(
  { reader, accounts }: RoomSources,
  key: ApiKey,
  bucket: Bucket,
  now: number,
): Promise<readonly SpendRoom[]> {
  const { accountId, projectId } = key;
  const project = projectId === null ? undefined : (await accounts.projectsById([projectId])).get(projectId);
  const limits: readonly LimitsOf[] = [
    { scope: 'key', scopeId: key.id, limits: key.limits.spend },
    ...(project === undefined ? [] : [{ scope: 'project' as const, scopeId: project.id, limits: project.spendLimits }]),
  ];
  const ceilings = ceilingsOn(bucket, now, limits);
  if (ceilings.length === 0) return [];
  const spent = await reader.spendOf(ceilings.map(({ counterId }) => ({ counterId, walletId: walletId(accountId, bucket) })));
  const standing = (counterId: string) => spent.get(counterId) ?? { spent: 0n, held: 0n };
  return ceilings.flatMap((ceiling) => tightestRoom([ceiling], standing) ?? []);
}
