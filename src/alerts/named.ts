/** Of whom an alert speaks: by the name that people gave, with the id by which it is found. */
import type { AccountStore } from '../keys/account-store';
import type { ApiKeyStore } from '../keys/api-key-store';
import type { AlertRule } from './alert';

export interface NamePorts {
  readonly keys: Pick<ApiKeyStore, 'find'>;
  readonly accounts: Pick<AccountStore, 'find' | 'projectsById'>;
}

/** The requests that a rule looks at, as its message says; of all of its account: nothing. */
export async function whose({ keys, accounts }: NamePorts, { apiKeyId, projectId, routeType, model }: AlertRule): Promise<string> {
  if (apiKeyId !== null) return ` by the key ${named(apiKeyId, (await keys.find([apiKeyId])).get(apiKeyId))}`;
  if (projectId !== null) return ` by the project ${named(projectId, (await accounts.projectsById([projectId])).get(projectId))}`;
  if (model !== null) return ` for the model ${model}`;
  return routeType === null ? '' : ` on ${routeType} routes`;
}

/** An account, for whoever is told of several. */
export async function accountNamed({ accounts }: NamePorts, id: string): Promise<string> {
  return named(id, await accounts.find(id));
}

/** What is declared in a catalog is often called by its id. */
function named(id: string, found: { readonly name: string } | undefined): string {
  return found === undefined || found.name === id ? id : `${found.name} (${id})`;
}
