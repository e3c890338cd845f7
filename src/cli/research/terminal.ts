/** Where the command writes to: a terminal, in which progress is drawn in place, or a pipe, which gets lines. */
import { createInterface } from 'node:readline/promises';

export interface Terminal {
  /** Whether a person sits before it who can be asked, and progress can be drawn. */
  readonly live: boolean;
  print(text: string): void;
  /** Takes the place of what was drawn before. */
  draw(lines: readonly string[]): void;
  readonly columns: number;
  /** false: no, or nobody is there to say yes. */
  confirm(question: string): Promise<boolean>;
}

export function openTerminal(input: NodeJS.ReadStream, output: NodeJS.WriteStream): Terminal {
  let drawn = 0;
  const live = output.isTTY === true && input.isTTY === true;
  return {
    live,
    get columns() {
      return output.columns ?? 80;
    },
    print: (text) => {
      drawn = 0;
      output.write(`${text}\n`);
    },
    draw: (lines) => {
      const back = drawn === 0 ? '' : `\u001b[${drawn}A\u001b[J`;
      output.write(`${back}${lines.join('\n')}\n`);
      drawn = lines.length;
    },
    confirm: async (question) => {
      if (!live) return false;
      drawn = 0;
      const lines = createInterface({ input, output });
      try {
        return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `)).trim());
      } catch {
        return false;
      } finally {
        lines.close();
      }
    },
  };
}
