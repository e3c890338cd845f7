import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';

export interface Report {
  readonly symbol: string;
  readonly runId: string;
  readonly markdown: string;
  /** null: it is not written, or not for whoever asks. */
  readonly html: string | null;
}

/** Writes both forms into a folder, or the one that the name of a file ends in. @returns the files that were written */
export async function writeReport(out: string, { symbol, runId, markdown, html }: Report): Promise<string[]> {
  const stem = join(out, `${symbol.replaceAll(/[^\w.-]/g, '_')}-${runId}`);
  const forms = [
    { ending: '.md', text: markdown },
    { ending: '.html', text: html },
  ];
  const one = forms.find(({ ending }) => ending === extname(out));
  const named = one === undefined ? forms.map((form) => ({ ...form, file: `${stem}${form.ending}` })) : [{ ...one, file: out }];
  const files = named.flatMap(({ file, text }) => (text === null ? [] : [[file, text] as const]));
  for (const [file, text] of files) {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  return files.map(([file]) => file);
}
