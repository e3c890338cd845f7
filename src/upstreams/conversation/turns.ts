/** Puts the messages of a client together as turns. */
import type { AssistantPart, ToolResultPart, Turn, UserPart } from './conversation';

export class Turns {
  private readonly turns: { role: 'user' | 'assistant'; parts: (UserPart | AssistantPart)[] }[] = [];
  private readonly toolNames = new Map<string, string>();

  user(parts: readonly UserPart[]): void {
    const turn = this.turnOf('user');
    const isResult = (part: { readonly kind: string }) => part.kind === 'tool-result';
    const all = [...turn.parts, ...parts];
    turn.parts = [...all.filter(isResult), ...all.filter((part) => !isResult(part))];
  }

  assistant(parts: readonly AssistantPart[]): void {
    this.turnOf('assistant').parts.push(...parts);
    for (const part of parts) if (part.kind === 'tool-call') this.toolNames.set(part.id, part.name);
  }

  /** The result of a call, with the name of its tool. `name`: as the client said it. */
  result(callId: string, name: string | null, content: ToolResultPart['content'], isError: boolean): ToolResultPart {
    return { kind: 'tool-result', callId, name: name ?? this.toolNames.get(callId) ?? null, content, isError };
  }

  /** The turns so far. Empty ones are none. */
  get list(): readonly Turn[] {
    return this.turns.filter(({ parts }) => parts.length > 0) as Turn[];
  }

  get isEmpty(): boolean {
    return this.turns.length === 0;
  }

  private turnOf(role: 'user' | 'assistant') {
    const last = this.turns.at(-1);
    if (last?.role === role) return last;
    const turn = { role, parts: [] };
    this.turns.push(turn);
    return turn;
  }
}
