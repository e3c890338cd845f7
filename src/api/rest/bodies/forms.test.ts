import { turnsOfOthers } from '../../../../test/support/turns-of-others';
import { encodeForm, type FormPart } from '../../../kernel/form';
import { readForm } from './forms';

const MOST = 1024 * 1024;
const read = (parts: readonly FormPart[], most = MOST) => readForm('multipart/form-data; boundary=b', encodeForm({ parts }, 'b'), most);
const file = (bytes: Buffer): FormPart => ({ name: 'file', filename: 'a.wav', contentType: 'audio/wav', bytes });
const field = (name: string, value = 'x'): FormPart => ({ name, value });

describe('a form that is taken in', () => {
  it('is what was sent, in its order, whatever is in its file', async () => {
    const parts = [
      field('model', 'Zürich 🎈'),
      file(Buffer.from('x--b\n--b--\r\n--\r\n\0\xff', 'latin1')),
      field('a[]', ''),
      field('a[]', '2'),
    ];
    expect(await read(parts)).toEqual({ parts });
  });

  it('may have a file of exactly the most bytes, and none of one more', async () => {
    expect((await read([file(Buffer.alloc(MOST))])).parts).toHaveLength(1);
    await expect(read([file(Buffer.alloc(MOST + 1))])).rejects.toMatchObject({
      code: 'request_too_large',
      publicMessage: expect.stringContaining('"file"'),
    });
  });

  it.each<[string, readonly FormPart[], string]>([
    ['two files', [file(Buffer.alloc(1)), file(Buffer.alloc(1))], 'more than one file'],
    ['65 fields', Array.from({ length: 65 }, (_, at) => field(`f${at}`)), 'more than 64 fields'],
    ['a name without end', [field('n'.repeat(101))], 'without a usable name'],
    ['no name at all', [field('')], 'without a usable name'],
  ])('may not have %s', async (_name, parts, problem) => {
    await expect(read(parts)).rejects.toMatchObject({ code: 'invalid_request', publicMessage: expect.stringContaining(problem) });
  });

  it('may not have a field of more than 2 MiB', async () => {
    await expect(read([field('prompt', 'x'.repeat(2 * MOST + 1))])).rejects.toMatchObject({ code: 'request_too_large' });
  });

  it.each(['', '--b', '--b\r\n', '--b\r\ncontent-disposition: form-data; name="a"\r\n\r\nx', '{"model":"m"}'])(
    'is refused when it is %j',
    async (text) => {
      const refused = readForm('multipart/form-data; boundary=b', Buffer.from(text), MOST);
      await expect(refused).rejects.toMatchObject({ code: 'invalid_request' });
    },
  );

  it('is refused for its parts, also where they are no fields, and read no further: each of them takes its time', async () => {
    const many = Buffer.from(`--b\r\n${'\r\n\r\n--b\r\n'.repeat(1_000_000)}--`);
    const told = { code: 'invalid_request', publicMessage: expect.stringContaining('more than 65 parts') };
    const turns = await turnsOfOthers(() => expect(readForm('multipart/form-data; boundary=b', many, MOST)).rejects.toMatchObject(told));
    expect(turns).toBeLessThan(10);
  });

  it('lets other work in while a large one is read', async () => {
    expect(await turnsOfOthers(() => read([file(Buffer.alloc(4 * MOST))], 4 * MOST))).toBeGreaterThanOrEqual(16);
  });
});
