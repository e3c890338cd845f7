/** How much of the process all who follow something live may take. What is refused may be asked for again later. */
export const LIVE_LIMITS = {
  /** Of one message of a client. */
  messageBytes: 128 * 1024,
  /** The fragments, and the reads of the socket, that it may come in: each costs far more memory than the byte that it may hold. */
  messagePieces: 1_024,
  /** Until the first message says who it is. */
  initMs: 3_000,
  /** Of this process. */
  connections: 10_000,
  /** With the same token. */
  connectionsOfCaller: 1_000,
  /** At a time. */
  operationsOfConnection: 100,
  operationsOfCaller: 5_000,
  /** Queries and mutations that one connection has running: the rest of its operations wait. */
  runningOfConnection: 10,
  /** What a client has not taken yet. More is never kept for it. */
  unreadBytes: 4 * 1024 * 1024,
  /** What it may leave untaken while it asks for more. */
  unreadBytesWhenAsking: 1024 * 1024,
  /** As long as this it may take nothing. */
  unreadMs: 15_000,
  /** A client that answers no ping until the next one has gone. */
  pingMs: 12_000,
} as const;
