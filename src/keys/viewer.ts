/**
 * Who asks: the operator, somebody of an account, or one API key. A viewer sees what is its own; of everything else it is told
 * the same as of what does not exist.
 */
import type { Clock } from '../kernel/clock';
import { Fault } from '../kernel/fault';
import { hashSecret, sameHash } from '../kernel/secret';
import type { Project, SettingStore } from './account-store';
import type { ApiKey } from './api-key';
import { admitKey, type KeyRing, type Source } from './authenticate';
import { type AccountRole, type ManagementToken, TOKEN_PREFIX, type TokenStore } from './management-token';

export type Viewer =
  | { readonly kind: 'operator' }
  | {
      readonly kind: 'account';
      readonly accountId: string;
      readonly role: AccountRole;
      /** null: the token of its first owner, which the catalog names. */
      readonly tokenId: string | null;
    }
  | { readonly kind: 'key'; readonly key: ApiKey };

export interface ViewerMeans {
  readonly settings: Pick<SettingStore, 'get'>;
  readonly tokens: Pick<TokenStore, 'findByHash' | 'findDeclared'>;
  readonly keyRing: Pick<KeyRing, 'recognise'>;
  readonly clock: Clock;
}

/** The setting that holds the hash of the operator's token. */
export const OPERATOR_TOKEN_SETTING = 'operator_token_hash';

/**
 * The viewer that a bearer secret stands for: the operator's token, an account's, or an API key.
 * @throws Fault `invalid_api_key` (none or unknown), `account_suspended`, `key_paused`, `key_revoked`, `key_expired`, `address_not_allowed`
 */
export async function authenticateViewer(means: ViewerMeans, secret: string | null, from: Source): Promise<Viewer> {
  if (secret === null || secret === '') {
    throw new Fault('invalid_api_key', 'No token was sent: send one as "Authorization: Bearer …".');
  }
  const hash = hashSecret(secret);
  // Side by side: whoever reads waits for one answer of the database, not for two.
  const [operator, declared] = await Promise.all([means.settings.get(OPERATOR_TOKEN_SETTING), means.tokens.findDeclared(hash)]);
  if (operator !== undefined && sameHash(operator, hash)) return { kind: 'operator' };
  if (declared !== undefined) return { ...viewerOfToken(declared, means.clock.now()), tokenId: null };
  if (secret.startsWith(TOKEN_PREFIX)) return viewerOfToken(await means.tokens.findByHash(hash), means.clock.now());
  const { key } = admitKey(await means.keyRing.recognise(secret), means.clock.now(), from);
  return { kind: 'key', key };
}

/** @throws Fault `invalid_api_key`, `key_revoked`, `key_expired` */
function viewerOfToken(token: ManagementToken | undefined, now: number): Extract<Viewer, { kind: 'account' }> {
  if (token === undefined) throw new Fault('invalid_api_key', 'This token is unknown here.');
  if (token.revokedAt !== null) throw new Fault('key_revoked', 'This token was revoked.');
  if (token.expiresAt !== null && token.expiresAt <= now) throw new Fault('key_expired', 'This token has expired.');
  return { kind: 'account', accountId: token.accountId, role: token.role, tokenId: token.id };
}

/** Whether the viewer may decide about the money and the people of its account: its owner and the operator may. */
export function mayDecide(viewer: Viewer): boolean {
  return viewer.kind === 'operator' || (viewer.kind === 'account' && viewer.role === 'OWNER');
}

/** The account that the viewer belongs to; null: the operator, who belongs to none. */
export function accountOf(viewer: Viewer): string | null {
  if (viewer.kind === 'operator') return null;
  return viewer.kind === 'account' ? viewer.accountId : viewer.key.accountId;
}

/** A key sees the account that it belongs to. */
export function maySeeAccount(viewer: Viewer, accountId: string): boolean {
  return viewer.kind === 'operator' || accountOf(viewer) === accountId;
}

/** A key sees itself and none of its neighbours. */
export function maySeeKey(viewer: Viewer, key: Pick<ApiKey, 'id' | 'accountId'>): boolean {
  return viewer.kind === 'key' ? viewer.key.id === key.id : maySeeAccount(viewer, key.accountId);
}

/** A key sees the project that it belongs to. */
export function maySeeProject(viewer: Viewer, project: Pick<Project, 'id' | 'accountId'>): boolean {
  return viewer.kind === 'key' ? viewer.key.projectId === project.id : maySeeAccount(viewer, project.accountId);
}
