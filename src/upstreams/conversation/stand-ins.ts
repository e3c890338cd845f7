/** What says the same in a conversation of a provider that has no place for it as the client meant it. */
import type { TextPart, ToolResultPart, UserPart } from './conversation';

/** An instruction among what a user says, marked as none of it: Claude knows the mark from its own clients. */
export function reminderOf(text: string): string {
  return `<system-reminder>\n${text}\n</system-reminder>`;
}

/** A document that is a text, with its name before it: there is no other place for that. */
export function textsOf(name: string | null, text: string): TextPart[] {
  const texts = name === null ? [text] : [name, text];
  return texts.filter((each) => each !== '').map((each) => ({ kind: 'text', text: each }));
}

/** Where the results of tools are texts alone, their pictures and files stand behind all results, and each result says so. */
export function withMediaBehind(parts: readonly UserPart[]): readonly UserPart[] {
  if (!parts.some((part) => part.kind === 'tool-result' && part.content.some(({ kind }) => kind !== 'text'))) return parts;
  const results: UserPart[] = [];
  const behind: UserPart[] = [];
  for (const part of parts) {
    if (part.kind !== 'tool-result') behind.push(part);
    else {
      const { texts, media } = sorted(part.content);
      const note = { kind: 'text', text: `(${media.map(({ kind }) => kind).join(', ')}: behind the results)` } as const;
      results.push({ ...part, content: media.length === 0 ? texts : [...texts, note] });
      if (media.length > 0) behind.push({ kind: 'text', text: `From the result of ${part.callId}:` }, ...media);
    }
  }
  return [...results, ...behind];
}

function sorted(content: ToolResultPart['content']) {
  const texts: TextPart[] = [];
  const media: Exclude<ToolResultPart['content'][number], TextPart>[] = [];
  for (const part of content) {
    if (part.kind === 'text') texts.push(part);
    else if (part.kind === 'document' && part.source.kind === 'text') texts.push(...textsOf(part.name, part.source.text));
    else media.push(part);
  }
  return { texts, media };
}
