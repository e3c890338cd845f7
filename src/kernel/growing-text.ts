/** How many pieces are kept apart before they are made one. */
const PIECES_MAX = 64;
/** What is longer is added as it is: its branch is little beside it, and whoever else keeps the piece shares it, where a join copies. */
const SMALL_MAX = 1_024;

/**
 * Text that comes in many small pieces and is seldom read. A string that is added to stays a tree of all its pieces, with a
 * branch for each: trees of some thousand streams were most of what the collector had to walk and copy.
 */
export class GrowingText {
  private joined = '';
  private pieces: string[] = [];
  private size = 0;

  /** In UTF-16 units, as `text.length` would say. */
  get length(): number {
    return this.size;
  }

  get text(): string {
    this.join();
    return this.joined;
  }

  add(piece: string): void {
    if (piece === '') return;
    this.size += piece.length;
    if (piece.length > SMALL_MAX) {
      this.join();
      this.joined += piece;
      return;
    }
    this.pieces.push(piece);
    if (this.pieces.length === PIECES_MAX) this.join();
  }

  private join(): void {
    if (this.pieces.length === 0) return;
    this.joined += this.pieces.join('');
    this.pieces = [];
  }
}
