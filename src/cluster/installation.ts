/** Which processes belong together, and how they hear of each other. */
export interface Installation {
  /** null: a process is alone. */
  readonly redisUrl: string | null;
  /** What the processes of one installation have in common. */
  readonly installation: string;
}
