/** Projects as rows. */
import type { Project } from '../keys/account-store';
import type { SpendLimit } from '../keys/api-key';
import type { ProjectRow } from './rows/project.row';
import { parsedText, spendLimitsForJson, spendLimitsOfJson } from './spend-limits-text';

/** @throws InvariantBroken when the row is no project */
export function projectOfRow({ id, accountId, name, spendLimits }: ProjectRow): Project {
  const place = `project "${id}"`;
  const limits = spendLimits === null ? [] : spendLimitsOfJson(parsedText(spendLimits, `the spend limits of ${place}`), place);
  return { id, accountId, name, spendLimits: limits };
}

export function rowOfProject({ id, accountId, name, spendLimits }: Project, createdAt: number): ProjectRow {
  return { id, accountId, name, spendLimits: textOfSpendLimits(spendLimits), createdAt };
}

/** null: no limits. */
export function textOfSpendLimits(limits: readonly SpendLimit[]): string | null {
  return limits.length === 0 ? null : JSON.stringify(spendLimitsForJson(limits));
}
