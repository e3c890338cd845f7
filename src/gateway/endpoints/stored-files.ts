/** Files that the provider would have to look up by an id: all accounts share the operator's store there, and nobody here knows their length. */
import { wrong } from '../../kernel/fault';
import { isRecord } from '../../kernel/record';

/** `content`: a text, one part, or a list of them. @throws Fault `invalid_request` that names the id, in a part or in its `file` */
export function refuseStoredFiles(content: unknown, path: string): void {
  if (!Array.isArray(content)) return refuseStored(content, path);
  content.forEach((part: unknown, index) => {
    refuseStored(part, `${path}[${index}]`);
  });
}

function refuseStored(part: unknown, path: string): void {
  if (!isRecord(part)) return;
  if (hasId(part)) throw wrong(`${path}.file_id`, 'is not served: send the file itself');
  if (isRecord(part['file']) && hasId(part['file'])) throw wrong(`${path}.file.file_id`, 'is not served: send the file itself');
}

function hasId({ file_id: id }: Readonly<Record<string, unknown>>): boolean {
  return id !== undefined && id !== null;
}
