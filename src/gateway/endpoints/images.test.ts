import { Fault } from '../../kernel/fault';
import { images } from './images';

function paramOf(body: object): string | null | undefined {
  try {
    images.want({ model: 'm', prompt: 'a cat', ...body }, 'm', undefined);
    return null;
  } catch (error) {
    if (error instanceof Fault) return error.detail.param;
    throw error;
  }
}

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
