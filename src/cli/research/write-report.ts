import { writeFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { makeFolder } from '../../storage/make-folder';

export interface Report {
  readonly symbol: string;
  readonly runId: string;
  readonly markdown: string;
  /** null: it is not written, or not for whoever asks. */
  readonly html: string | null;
}

/**
 * Writes both forms into a folder, or the one that the name of a file ends in. @returns the files that were written
 * @throws Error that says how the report, which is paid for, is had all the same
 */
export async function writeReport(out: string, { symbol, runId, markdown, html }: Report): Promise<string[]> {
  const stem = join(out, `${symbol.replaceAll(/[^\w.-]/g, '_')}-${runId}`);
  const forms = [
    { ending: '.md', text: markdown },
    { ending: '.html', text: html },
  ];
  const one = forms.find(({ ending }) => ending === extname(out));
  const named = one === undefined ? forms.map((form) => ({ ...form, file: `${stem}${form.ending}` })) : [{ ...one, file: out }];
  const files = named.flatMap(({ file, text }) => (text === null ? [] : [[file, text] as const]));
  try {
    for (const [file, text] of files) {
      makeFolder(dirname(file));
      await writeFile(file, text);
    }
  } catch (cause) {
    const again = `npm run research -- --follow ${runId} --out <folder or file>`;
    throw new Error(`The report cannot be written: ${(cause as Error).message}. The gateway keeps it: ${again}`, { cause });
  }
  return files.map(([file]) => file);
}
