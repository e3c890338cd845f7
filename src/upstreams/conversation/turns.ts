/** Puts the messages of a client together as turns. */
import type { AssistantPart, ToolResultPart, Turn, UserPart } from './conversation';

interface Growing {
  readonly role: 'user' | 'assistant';
  /** They stand before everything else. */
  readonly results: UserPart[];
  readonly parts: (UserPart | AssistantPart)[];
}

export class Turns {
  private readonly turns: Growing[] = [];
  private readonly toolNames = new Map<string, string>();

  user(added: readonly UserPart[]): void {
    const { results, parts } = this.turnOf('user');
    for (const part of added) (part.kind === 'tool-result' ? results : parts).push(part);
  }

  assistant(added: readonly AssistantPart[]): void {
    const { parts } = this.turnOf('assistant');
    for (const part of added) {
      parts.push(part);
      if (part.kind === 'tool-call') this.toolNames.set(part.id, part.name);
    }
  }

  /** The result of a call, with the name of its tool. `name`: as the client said it. */
  result(callId: string, name: string | null, content: ToolResultPart['content'], isError: boolean): ToolResultPart {
    return { kind: 'tool-result', callId, name: name ?? this.toolNames.get(callId) ?? null, content, isError };
  }

  /** The turns so far. Empty ones are none. */
  get list(): readonly Turn[] {
    const turns = this.turns.map(({ role, results, parts }) => ({ role, parts: [...results, ...parts] }));
    return turns.filter(({ parts }) => parts.length > 0) as Turn[];
  }

  get isEmpty(): boolean {
    return this.turns.length === 0;
  }

  private turnOf(role: Growing['role']): Growing {
    // An empty turn is none: what stands around it is one turn.
    if (isEmpty(this.turns.at(-1))) this.turns.pop();
    const last = this.turns.at(-1);
    if (last?.role === role) return last;
    const turn = { role, results: [], parts: [] };
    this.turns.push(turn);
    return turn;
  }
}

function isEmpty(turn: Growing | undefined): boolean {
  return turn?.parts.length === 0 && turn.results.length === 0;
}
