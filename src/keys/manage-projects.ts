/** What an owner does with projects. Every change is effective in this process at once. */
import { Fault, wrong } from '../kernel/fault';
import { newId } from '../kernel/ids';
import { invariant } from '../kernel/invariant';
import { checkedName } from '../kernel/names';
import { shown } from '../kernel/shown';
import type { AccountStore, BesideOthers, Project, ProjectChanges } from './account-store';
import type { SpendLimit } from './api-key';
import type { KeyRing } from './authenticate';
import { checkSpendLimits } from './key-wishes';
import { mayDecide, maySeeProject, type Viewer } from './viewer';

export interface ProjectManagement {
  readonly accounts: Pick<AccountStore, 'projectsById' | 'addProject' | 'changeProject'>;
  readonly keyRing: Pick<KeyRing, 'forget'>;
}

export type ProjectWish = Pick<Project, 'accountId' | 'name' | 'spendLimits'>;

/** As many as the catalog may declare. */
const PROJECTS_MAX = 10_000;

/**
 * A project without keys, of an account that there is and that whoever asks decides for. A name is that of one project of its account, so
 * that a repeat of the same wish makes no second one and is told the first, however many come at once.
 * @throws Fault `invalid_request` naming the field
 */
export async function createProject({ accounts }: Pick<ProjectManagement, 'accounts'>, wish: ProjectWish): Promise<Project> {
  const { accountId } = wish;
  const project = { id: newId(), accountId, name: checkedName(wish.name), spendLimits: checkSpendLimits(wish.spendLimits) };
  await accounts.addProject(project, (others) => {
    if (others.length >= PROJECTS_MAX) throw wrong('accountId', `has ${PROJECTS_MAX} projects already, which is the most`);
    refuseTaken(project.name, others);
  });
  return project;
}

function refuseTaken(name: string, others: readonly Project[]): void {
  const holder = others.find((each) => each.name === name);
  if (holder !== undefined) throw wrong('name', `is that of the project "${holder.id}" already`);
}

/**
 * Receipts and lists show the new name, those of earlier requests too.
 * @throws Fault `not_found`, `forbidden`, `invalid_request` naming the field
 */
export async function renameProject(means: ProjectManagement, viewer: Viewer, projectId: string, name: string): Promise<Project> {
  await ownProject(means, viewer, projectId);
  const free = checkedName(name);
  return change(means, projectId, { name: free }, (others) => refuseTaken(free, others));
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
  await ownProject(means, viewer, projectId);
  return change(means, projectId, { spendLimits: checkSpendLimits(limits) });
}

async function ownProject({ accounts }: ProjectManagement, viewer: Viewer, projectId: string): Promise<Project> {
  if (viewer.kind === 'key') {
    throw new Fault('forbidden', 'An API key cannot change projects: use the token of the account or of the operator.');
  }
  if (!mayDecide(viewer)) throw new Fault('forbidden', 'A member cannot change projects: use the token of an owner or of the operator.');
  const project = (await accounts.projectsById([projectId])).get(projectId);
  if (project === undefined || !maySeeProject(viewer, project))
    throw new Fault('not_found', `There is no project "${shown(projectId)}".`, { param: 'projectId' });
  return project;
}

async function change(
  { accounts, keyRing }: ProjectManagement,
  projectId: string,
  changes: ProjectChanges,
  fits?: BesideOthers,
): Promise<Project> {
  await accounts.changeProject(projectId, changes, fits);
  keyRing.forget();
  const changed = (await accounts.projectsById([projectId])).get(projectId);
  invariant(changed !== undefined, 'a project that was changed still exists');
  return changed;
}
