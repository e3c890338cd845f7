/** Bytes of somebody else that are kept until they are whole, however small the pieces are in which they come. */

/** How many come through as they are: most bodies are no more. */
const UNTOUCHED_MAX = 64;
const PIECE_BYTES = 16 * 1024;
const NOTHING = Buffer.alloc(0);

/**
 * Hands bytes on in their order. Measured: a piece that is kept takes 440 bytes beside its own, so that a megabyte in pieces of one byte
 * would be 440 of them. Beyond the first ones small pieces are copied into larger ones.
 */
export class LargerPieces {
  private handedOn = 0;
  private gathered: Buffer = NOTHING;
  private filled = 0;

  constructor(private readonly handOn: (piece: Buffer) => void) {}

  add(piece: Buffer): void {
    const isLarge = piece.length >= PIECE_BYTES || this.handedOn < UNTOUCHED_MAX;
    if (isLarge && this.filled === 0) return this.give(piece);
    for (let at = 0; at < piece.length; ) at += this.copy(piece, at);
  }

  /** Nothing comes any more: the rest is handed on. */
  end(): void {
    if (this.filled > 0) this.give(this.gathered.subarray(0, this.filled));
    this.filled = 0;
  }

  private copy(piece: Buffer, from: number): number {
    if (this.filled === 0) this.gathered = Buffer.allocUnsafe(PIECE_BYTES);
    const copied = piece.copy(this.gathered, this.filled, from);
    this.filled += copied;
    if (this.filled === PIECE_BYTES) this.end();
    return copied;
  }

  private give(piece: Buffer): void {
    this.handedOn += 1;
    this.handOn(piece);
  }
}
