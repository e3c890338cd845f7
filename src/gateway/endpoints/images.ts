/** `POST /v1/images/generations`: pictures are counted, and their tokens where the provider counts them. */
import { wrong } from '../../kernel/fault';
import { isRecord } from '../../kernel/record';
import { FRAME_TOKENS, fieldsBound } from '../../metering/input-bound';
import { pictureTokens } from '../../metering/picture-tokens';
import type { Endpoint, Json } from './endpoint';
import { positive, refuseMember } from './members';

const IMAGES_MAX = 10;
/** How many, as SiliconFlow is asked: https://docs.siliconflow.cn/cn/api-reference/images/images-generations */
const BATCH = 'batch_size';
/** As ByteDance is asked for several: as many as the model finds right, up to a most, which is this where the request names none. */
const SERIES = 'sequential_image_generation';
const SERIES_OPTIONS = 'sequential_image_generation_options';
const SERIES_MAX = 15;
/** It is written from the picture by a model of text, whose tokens stand in a usage of their own. */
const AUTHORED = 'is not served: another model has another price';
const NOT_PROMPT = new Set([
  'model',
  'user',
  'n',
  'size',
  'quality',
  'style',
  'response_format',
  'output_format',
  'background',
  'moderation',
]);

export const images: Endpoint = {
  path: '/v1/images/generations',
  operation: 'images',
  decisive: new Set(['model', 'prompt', 'n', BATCH, SERIES, SERIES_OPTIONS, 'stream', 'output_format', 'svg']),
  output: 'fixed',
  needs: ['perImage', 'imageOutput', 'output', 'perRequest'],
  ending: 'done-marker',
  inputBound: (json, model) => Math.min(FRAME_TOKENS + fieldsBound(json, NOT_PROMPT), model.contextWindow),
  countInput: ({ prompt }, counter) => (typeof prompt === 'string' ? counter.count(prompt) : 0),
  countDrawn: (json, known) => (known?.images ?? 0) * pictureTokens(json),
  want(json, model) {
    if (typeof json['prompt'] !== 'string' || json['prompt'] === '') throw wrong('prompt', 'must be a text');
    refuseMember(json, 'svg', AUTHORED);
    if (json['output_format'] === 'svg') throw wrong('output_format', 'cannot be svg: it is billed beside the picture');
    if (json['stream'] === true) throw wrong('stream', 'cannot be true: pictures are not streamed');
    const choices = Math.max(positive(json['n'], 'n', IMAGES_MAX) ?? 1, positive(json[BATCH], BATCH, IMAGES_MAX) ?? 1, seriesIn(json));
    return { model, stream: false, wantsUsage: false, outputLimit: undefined, choices, classes: { images: choices } };
  },
};

/** How many pictures a series may have; 1: it asks for none. */
function seriesIn({ [SERIES]: series, [SERIES_OPTIONS]: options }: Json): number {
  const most = positive(isRecord(options) ? options['max_images'] : undefined, `${SERIES_OPTIONS}.max_images`, SERIES_MAX);
  return series === undefined || series === null || series === 'disabled' ? 1 : (most ?? SERIES_MAX);
}
