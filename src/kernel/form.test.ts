import { bytesOf, encodeForm, type Form, fieldsOf, fileOf, formPieces, withField } from './form';
import { fingerprint } from './secret';

const bytes = Buffer.from([0, 13, 10, 45, 45, 255]);
const FORM: Form = {
  parts: [
    { name: 'model', value: 'mine' },
    { name: 'of[]', value: 'word' },
    { name: 'file', filename: 'a "quoted"\r\nname.wav', contentType: 'audio/wav', bytes },
    { name: 'of[]', value: 'segment' },
    { name: 'prompt', value: 'Zürich 🎈' },
  ],
};

const read = (form: Form, boundary: string) =>
  new Response(encodeForm(form, boundary), { headers: { 'content-type': `multipart/form-data; boundary=${boundary}` } }).formData();

describe('a form', () => {
  it('has as many bytes as its files and values', () => {
    expect(bytesOf(FORM)).toBe(bytes.length + Buffer.byteLength('minewordsegmentZürich 🎈'));
  });

  it('is read by others as it was written, byte by byte, and a name never leaves its quotes', async () => {
    const form = await read(FORM, 'here');
    expect([form.get('model'), form.getAll('of[]'), form.get('prompt')]).toEqual(['mine', ['word', 'segment'], 'Zürich 🎈']);
    const file = form.get('file') as File;
    expect([file.type, Buffer.from(await file.arrayBuffer()).equals(bytes)]).toEqual(['audio/wav', true]);
    expect([...form.keys()]).toHaveLength(5);
  });

  it('says its fields as texts, and lists where the name asks for one', () => {
    expect(fieldsOf(FORM)).toStrictEqual({ model: 'mine', 'of[]': ['word', 'segment'], prompt: 'Zürich 🎈' });
    expect(fileOf(FORM, 'file')?.bytes).toBe(bytes);
    expect(fileOf(FORM, 'model')).toBeUndefined();
  });

  it('gets a field in its place, or behind the others', () => {
    expect(withField(FORM, 'model', 'theirs').parts).toEqual([{ name: 'model', value: 'theirs' }, ...FORM.parts.slice(1)]);
    expect(withField(FORM, 'stream', 'true').parts).toEqual([...FORM.parts, { name: 'stream', value: 'true' }]);
  });

  it('has no field that changes what objects are', () => {
    const fields = fieldsOf({ parts: [{ name: '__proto__', value: 'x' }] });
    expect(Object.getPrototypeOf(fields)).toBe(Object.prototype);
    expect(Object.keys(fields)).toEqual(['__proto__']);
  });

  it('is told from every other one by its pieces, by what its files hold as well', () => {
    const print = (form: Form) => fingerprint(...formPieces(form));
    const other = withField(FORM, 'model', 'min');
    expect(print(FORM)).toBe(print({ parts: [...FORM.parts] }));
    expect(print(other)).not.toBe(print(FORM));
    const file = { name: 'file', filename: 'a.wav', contentType: 'audio/wav', bytes };
    const files = [{}, { name: 'other' }, { filename: 'b.wav' }, { contentType: 'audio/mpeg' }, { bytes: Buffer.from([0]) }];
    expect(new Set(files.map((over) => print({ parts: [{ ...file, ...over }] }))).size).toBe(files.length);
    expect(print({ parts: [{ name: 'ab', value: 'c' }] })).not.toBe(print({ parts: [{ name: 'a', value: 'bc' }] }));
  });
});
