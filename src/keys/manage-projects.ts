/** What an owner does with projects. Every change is effective in this process at once. */
import { Fault } from '../kernel/fault';
import { invariant } from '../kernel/invariant';
import { shown } from '../kernel/shown';
import type { AccountStore, Project } from './account-store';
import type { SpendLimit } from './api-key';
import type { KeyRing } from './authenticate';
import { checkSpendLimits } from './key-wishes';
import { mayDecide, maySeeProject, type Viewer } from './viewer';

export interface ProjectManagement {
  readonly accounts: Pick<AccountStore, 'projectsById' | 'setSpendLimits'>;
  readonly keyRing: Pick<KeyRing, 'forget'>;
}

/**
 * Takes the place of all limits that the project had; none lifts them. Bounds what all its keys spend together.
 * @throws Fault `not_found`, `forbidden` for an API key, `invalid_request` naming the field
 */
export async function setProjectSpendLimits(
  means: ProjectManagement,
  viewer: Viewer,
  projectId: string,
  limits: readonly SpendLimit[],
): Promise<Project> {
  if (viewer.kind === 'key') {
    throw new Fault('forbidden', 'An API key cannot change projects: use the token of the account or of the operator.');
  }
  if (!mayDecide(viewer)) throw new Fault('forbidden', 'A member cannot change projects: use the token of an owner or of the operator.');
  const project = (await means.accounts.projectsById([projectId])).get(projectId);
  if (project === undefined || !maySeeProject(viewer, project))
    throw new Fault('not_found', `There is no project "${shown(projectId)}".`, { param: 'projectId' });
  await means.accounts.setSpendLimits(projectId, checkSpendLimits(limits));
  means.keyRing.forget();
  const changed = (await means.accounts.projectsById([projectId])).get(projectId);
  invariant(changed !== undefined, 'a project that was changed still exists');
  return changed;
}
