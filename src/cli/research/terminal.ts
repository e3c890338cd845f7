/** Where the command writes to: a terminal, in which progress is drawn in place, or a pipe, which gets lines. */
import { createInterface } from 'node:readline/promises';
import { stripVTControlCharacters } from 'node:util';
import { plain } from './plain';

/** Where the output does not say how wide it is. */
const COLUMNS = 80;

/** `gone`: whoever was asked pressed Ctrl-C, or closed the input. */
export type Confirmation = 'yes' | 'no' | 'gone';

export interface Terminal {
  /** Whether a person sits before it who can be asked, and progress can be drawn. */
  readonly live: boolean;
  print(text: string): void;
  /** Takes the place of what was drawn before. Lines may have colours. */
  draw(lines: readonly string[]): void;
  readonly columns: number;
  /** Asks a person; what is drawn meanwhile waits. Without one the answer is `no`. */
  confirm(question: string): Promise<Confirmation>;
}

export function openTerminal(input: NodeJS.ReadStream, output: NodeJS.WriteStream, colours: boolean): Terminal {
  let drawn = 0;
  let asking = false;
  const live = output.isTTY === true && input.isTTY === true;
  return {
    live,
    get columns() {
      return output.columns > 0 ? output.columns : COLUMNS;
    },
    print: (text) => {
      drawn = 0;
      output.write(`${plain(text)}\n`);
    },
    draw: (lines) => {
      if (asking) return;
      const back = drawn === 0 ? '' : `\u001b[${drawn}A\u001b[J`;
      const text = lines.join('\n');
      output.write(`${back}${colours ? text : stripVTControlCharacters(text)}\n`);
      drawn = lines.length;
    },
    confirm: async (question) => {
      if (!live) return 'no';
      drawn = 0;
      asking = true;
      try {
        return await answerTo(question, input, output);
      } finally {
        asking = false;
      }
    },
  };
}

async function answerTo(question: string, input: NodeJS.ReadStream, output: NodeJS.WriteStream): Promise<Confirmation> {
  const lines = createInterface({ input, output });
  const closed = new AbortController();
  lines.once('close', () => closed.abort());
  try {
    const answer = await lines.question(`${question} [y/N] `, { signal: closed.signal });
    return /^y(es)?$/i.test(answer.trim()) ? 'yes' : 'no';
  } catch {
    return 'gone';
  } finally {
    lines.close();
  }
}
