/**
 * Tokens of a picture that was made, where no provider counted them: those of OpenAI's gpt-image-1 for its quality and shape, as its guide
 * to image generation lists them (https://platform.openai.com/docs/guides/image-generation, "Cost and latency").
 */

interface Shapes {
  readonly square: number;
  readonly portrait: number;
  readonly landscape: number;
}

const LOW: Shapes = { square: 272, portrait: 408, landscape: 400 };
/** Also of a quality that is left to the provider. */
const MEDIUM: Shapes = { square: 1_056, portrait: 1_584, landscape: 1_568 };
const HIGH: Shapes = { square: 4_160, portrait: 6_240, landscape: 6_208 };
const QUALITIES: ReadonlyMap<unknown, Shapes> = new Map([
  ['low', LOW],
  ['high', HIGH],
  ['hd', HIGH],
]);
const SIZE = /^(\d{1,5})x(\d{1,5})$/;

/** Tokens of one picture, from the members of its request. */
export function pictureTokens({ quality, size }: Readonly<Record<string, unknown>>): number {
  const shapes = QUALITIES.get(quality) ?? MEDIUM;
  const [, width = '1', height = '1'] = (typeof size === 'string' ? SIZE.exec(size) : null) ?? [];
  const wider = Number.parseInt(width, 10) - Number.parseInt(height, 10);
  if (wider === 0) return shapes.square;
  return wider > 0 ? shapes.landscape : shapes.portrait;
}
