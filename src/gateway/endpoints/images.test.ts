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
