/** Answers of the Generative Language API in the shapes that its documentation shows. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(__dirname, '..', 'fixtures', 'gemini');

export function geminiText(name: string): string {
  return readFileSync(join(FOLDER, name), 'utf8');
}

export function geminiJson(name: string): Record<string, unknown> {
  return JSON.parse(geminiText(name)) as Record<string, unknown>;
}
