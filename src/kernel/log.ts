/** Where events for operators go. The logger of the process satisfies it; tests collect. Never given prompt text or secrets. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
