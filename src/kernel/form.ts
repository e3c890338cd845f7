/** An uploaded form, parsed, and how it is written again. Values, not streams: what is sent upstream may be sent several times. */

export interface FormField {
  readonly name: string;
  readonly value: string;
}

export interface FormFile {
  readonly name: string;
  readonly filename: string;
  readonly contentType: string;
  readonly bytes: Buffer;
}

export type FormPart = FormField | FormFile;

/** The parts in the order in which they were sent. */
export interface Form {
  readonly parts: readonly FormPart[];
}

function isFile(part: FormPart): part is FormFile {
  return 'bytes' in part;
}

/** The first file of that name. */
export function fileOf(form: Form, name: string): FormFile | undefined {
  return form.parts.filter(isFile).find((part) => part.name === name);
}

/** The fields by name, without files. A name that ends in `[]` has a list of texts; of any other the last text counts. */
export function fieldsOf(form: Form): Readonly<Record<string, unknown>> {
  const fields = new Map<string, string | string[]>();
  for (const part of form.parts) {
    if (isFile(part)) continue;
    const before = fields.get(part.name);
    if (!part.name.endsWith('[]')) fields.set(part.name, part.value);
    else fields.set(part.name, [...(Array.isArray(before) ? before : []), part.value]);
  }
  return Object.fromEntries(fields);
}

/** The form with one field set: in its place where it is, else behind the others. */
export function withField(form: Form, name: string, value: string): Form {
  const field = { name, value };
  if (!form.parts.some((part) => part.name === name)) return { parts: [...form.parts, field] };
  return { parts: form.parts.map((part) => (part.name === name ? field : part)) };
}

/** What a form says, in pieces: the same for the same parts, whatever boundary they were sent with. */
export function formPieces(form: Form): readonly (string | Buffer)[] {
  return form.parts.flatMap((part) => (isFile(part) ? [part.name, part.filename, part.contentType, part.bytes] : [part.name, part.value]));
}

/** How many bytes its files and values have. */
export function bytesOf(form: Form): number {
  return form.parts.reduce((sum, part) => sum + (isFile(part) ? part.bytes.length : Buffer.byteLength(part.value)), 0);
}

/** The bytes of `multipart/form-data` with that boundary, which must not occur in any part. */
export function encodeForm(form: Form, boundary: string): Buffer {
  const pieces = form.parts.flatMap((part) => [
    Buffer.from(headOf(part, boundary)),
    isFile(part) ? part.bytes : Buffer.from(part.value),
    LINE,
  ]);
  return Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]);
}

const LINE = Buffer.from('\r\n');

function headOf(part: FormPart, boundary: string): string {
  const disposition = `--${boundary}\r\nContent-Disposition: form-data; name="${escaped(part.name)}"`;
  if (!isFile(part)) return `${disposition}\r\n\r\n`;
  return `${disposition}; filename="${escaped(part.filename)}"\r\nContent-Type: ${part.contentType}\r\n\r\n`;
}

/** As browsers do: a name can neither end its quotes nor its line. */
function escaped(name: string): string {
  return name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
