import { refusedMember } from '../../../test/support/refusal';
import { images } from './images';

const paramOf = (body: object) => refusedMember(images, { prompt: 'a cat', ...body });

describe('a picture', () => {
  it.each([
    [{ output_format: 'svg', svg: { model: 'dear', reasoning: { effort: 'max' } } }, 'svg'],
    [{ svg: { model: 'dear' } }, 'svg'],
    [{ output_format: 'svg' }, 'output_format'],
  ])('is written by no model that is billed beside it: %j', (body, param) => {
    expect(paramOf(body)).toBe(param);
  });

  it.each([{ output_format: 'webp' }, { output_format: 'gif', frame_count: 16 }, { svg: null }, { quality: 'max', size: '1536x864' }])(
    'is made in whatever form its own tokens pay for: %j',
    (body) => {
      expect(paramOf(body)).toBeNull();
    },
  );
});

describe('pictures', () => {
  const held = (body: object) => images.want({ prompt: 'a cat', ...body }, 'm', undefined).choices;
  const series = { sequential_image_generation: 'auto' };
  const upTo = (max_images: unknown) => ({ sequential_image_generation_options: { max_images } });

  it.each([
    [{}, 1],
    [{ n: 3 }, 3],
    [{ batch_size: 4 }, 4],
    [{ n: 2, batch_size: 4 }, 4],
    [{ ...series, ...upTo(3) }, 3],
    [series, 15],
    [{ ...series, sequential_image_generation_options: {} }, 15],
    [{ sequential_image_generation: 'disabled', ...upTo(9) }, 1],
    [{ sequential_image_generation: null, batch_size: null }, 1],
    [upTo(9), 1],
  ])('are held for as many as a provider may be asked for, however it is asked: %j', (body, most) => {
    expect(held(body)).toBe(most);
  });

  it.each([
    [{ batch_size: 11 }, 'batch_size'],
    [{ batch_size: '4' }, 'batch_size'],
    [{ ...series, ...upTo(16) }, 'sequential_image_generation_options.max_images'],
    [{ ...series, ...upTo('3') }, 'sequential_image_generation_options.max_images'],
  ])('are not made in a number that cannot be held for: %j', (body, param) => {
    expect(paramOf(body)).toBe(param);
  });
});
