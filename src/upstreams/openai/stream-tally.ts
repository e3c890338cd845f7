/** What the chunks of a stream say together: the text, the usage, the model, and whether every choice has ended. */
import type { AnswerFacts } from '../../attempts/upstream';
import { GrowingText } from '../../kernel/growing-text';
import { isRecord } from '../../kernel/record';
import type { Usage } from '../../metering/usage';
import type { JsonRecord } from '../json';
import { largerUsage } from '../larger-usage';
import { finishReason } from './finish-reason';
import { readUsage, usageIn } from './usage';

/** A chunk that goes to the client: its output text, and whether it carries a usage that must not go with it. */
export interface ChunkPart {
  readonly text: string;
  readonly carriesUsage: boolean;
}

/** As many as can be asked for. */
const CHOICES_MAX = 128;

/** What names an answer, the same in all of its chunks. */
const HEAD = ['id', 'created', 'model'] as const;

export class StreamTally {
  /** The chunk whose usage stands, when it carried usage alone. */
  usageChunk: JsonRecord | null = null;
  head: JsonRecord = {};
  private headRead = false;
  private usage: Usage | undefined;
  /** How much output had come with the last usage. */
  private countedTo = 0;
  private ended = false;
  private readonly output = new GrowingText();
  private begun = false;
  private readonly openChoices = new Set<number | null>();
  private readonly endedChoices = new Set<number | null>();

  /** `textOfChoice`: all output text that a choice of a chunk carries. */
  constructor(private readonly textOfChoice: (choice: JsonRecord) => string) {}

  get known(): Pick<AnswerFacts, 'reportedModel' | 'usage' | 'outputText'> {
    const { model } = this.head;
    const reportedModel = typeof model === 'string' ? model : null;
    return { reportedModel, usage: this.outdated ? undefined : this.usage, outputText: this.output.text };
  }

  /** Of an answer that ended, a usage that was told before more output came is none; of one that broke off, it is better than nothing. */
  private get outdated(): boolean {
    return this.ended && this.countedTo < this.output.length;
  }

  /** Nothing comes any more: the answer has ended. */
  end(): void {
    this.ended = true;
    if (this.outdated) this.usageChunk = null;
  }

  /** True when every choice that began has a finish reason, and so many have one. */
  hasFinished(choices: number): boolean {
    return this.begun && this.openChoices.size === 0 && this.endedChoices.size >= choices;
  }

  get empty(): boolean {
    return !this.begun && this.usage === undefined;
  }

  /** Takes one chunk. `usage`: it carried usage alone and is kept back. */
  take(chunk: JsonRecord): ChunkPart | 'usage' {
    if (!this.headRead) this.readHead(chunk);
    const choices = Array.isArray(chunk['choices']) ? chunk['choices'] : [];
    const carriesUsage = chunk['usage'] !== undefined && chunk['usage'] !== null;
    const alone = choices.length === 0;
    let text = '';
    for (const choice of choices) text += this.takeChoice(choice);
    this.output.add(text);
    this.readUsage(usageIn(chunk), alone ? chunk : null);
    if (carriesUsage && alone) return 'usage';
    return { text, carriesUsage };
  }

  /** Takes the text of a chunk that adds to a choice that is open, and says nothing else. */
  takeText(text: string): void {
    this.output.add(text);
  }

  /** Some begin with a chunk about the prompt, whose names are empty, and some leave one of them out for a while or for good. */
  private readHead(chunk: JsonRecord): void {
    const told = HEAD.filter((name) => this.head[name] === undefined && Boolean(chunk[name]));
    if (told.length === 0) return;
    this.head = { ...this.head, ...Object.fromEntries(told.map((name) => [name, chunk[name]])) };
    this.headRead = HEAD.every((name) => this.head[name] !== undefined);
  }

  /** `alone`: the chunk, where it says nothing else. */
  private readUsage(sent: unknown, alone: JsonRecord | null): void {
    const usage = readUsage(sent);
    if (usage === undefined) return;
    this.countedTo = this.output.length;
    if (largerUsage(this.usage, usage) !== usage) return;
    this.usage = usage;
    this.usageChunk = alone;
  }

  private takeChoice(choice: unknown): string {
    if (!isRecord(choice)) return '';
    this.begun = true;
    const index = keptIndex(choice['index']);
    const { finish_reason: reason } = choice;
    if (finishReason(reason) !== null) this.endChoice(index);
    // Usage, or what a filter found, may come for one that has ended: it stays ended.
    else if (!this.endedChoices.has(index)) this.openChoices.add(index);
    return this.textOfChoice(choice);
  }

  private endChoice(index: number | null): void {
    this.openChoices.delete(index);
    this.endedChoices.add(index);
  }
}

/** What is no index of a choice that may have been asked for is not told apart: a provider could make up millions, or long ones. */
function keptIndex(index: unknown): number | null {
  return typeof index === 'number' && Number.isInteger(index) && index >= 0 && index < CHOICES_MAX ? index : null;
}
