/** A body of JSON, as the gateway reads it. */
import type { RequestBody } from '../../src/attempts/upstream';
import { topLevelMembers } from '../../src/kernel/json-members';

export function jsonBody(text: string): RequestBody {
  return { text, members: topLevelMembers(text), json: JSON.parse(text) as Record<string, unknown> };
}
