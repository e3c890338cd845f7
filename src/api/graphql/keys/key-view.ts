/** Keys in the shape of the graph. */
import { type ApiKey, keyStatus } from '../../../keys/api-key';
import type { KeyWithSecret } from '../../../keys/manage-keys';
import type { ApiKeyNode, CreatedApiKeyNode } from './api-key.type';

/** A key with its status at that instant, and the ids that its nested fields are loaded by. */
export type KeyView = ApiKeyNode & Pick<ApiKey, 'projectId'>;

export function viewKey(key: ApiKey, now: number): KeyView {
  return { ...key, status: keyStatus(key, now) };
}

export function viewCreated({ apiKey, secret }: KeyWithSecret, now: number): CreatedApiKeyNode {
  return { apiKey: viewKey(apiKey, now), secret };
}
