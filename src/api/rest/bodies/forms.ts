/** Takes uploaded forms in, whole and within limits: a broken one is a fault that says what is wrong with it. */
import type { Writable } from 'node:stream';
import { Busboy, type BusboyFileStream } from '@fastify/busboy';
import type { FastifyInstance } from 'fastify';
import { Fault } from '../../../kernel/fault';
import type { Form, FormPart } from '../../../kernel/form';

const FIELDS_MAX = 64;
const FIELD_BYTES_MAX = 2 * 1024 * 1024;
const NAME_MAX = 100;
const HEADER_PAIRS_MAX = 20;
const HEADER_BYTES_MAX = 8 * 1024;
/** The fields and the file. Each part takes its time, also one that is neither. */
const PARTS_MAX = FIELDS_MAX + 1;
const PIECE_BYTES = 16 * 1024;
/** For the fields, and what separates them. */
const BESIDE_FILE_BYTES = 4 * 1024 * 1024;

/** The largest body of a form whose file may have so many bytes. */
export function formBytesMax(fileBytesMax: number): number {
  return fileBytesMax + BESIDE_FILE_BYTES;
}

/** Forms become a `Form` as the body of a request. */
export function takeForms(scope: FastifyInstance, fileBytesMax: number): void {
  const bodyLimit = formBytesMax(fileBytesMax);
  scope.addContentTypeParser('multipart/form-data', { parseAs: 'buffer', bodyLimit }, (request, body, taken) => {
    const bytes = Buffer.isBuffer(body) ? body : Buffer.from(body);
    readForm(request.headers['content-type'] ?? '', bytes, fileBytesMax).then((form) => taken(null, form), taken);
  });
}

/** @throws Fault `invalid_request` or `request_too_large` that says what is wrong with the form */
export async function readForm(contentType: string, bytes: Buffer, fileBytesMax: number): Promise<Form> {
  const parser = parserOf(contentType, fileBytesMax);
  const parts: Promise<FormPart>[] = [];
  await new Promise<void>((resolve, refuse) => {
    let isRefused = false;
    const reject = (reason: unknown) => {
      isRefused = true;
      refuse(reason);
    };
    parser.on('field', (name, value, _nameIsCut, isCut) => {
      if (isCut) return reject(tooLarge(`The field ${shown(name)}`, FIELD_BYTES_MAX));
      if (!isName(name)) return reject(broken('it has a part without a usable name'));
      parts.push(Promise.resolve({ name, value }));
    });
    parser.on('file', (name, stream, filename, _encoding, type) => {
      const file = fileIn(stream, { name, filename: filename ?? '', contentType: type }, fileBytesMax);
      parts.push(file);
      file.catch(reject);
      if (!isName(name)) reject(broken('it has a file without a usable name'));
    });
    parser.on('fieldsLimit', () => reject(broken(`it has more than ${FIELDS_MAX} fields`)));
    parser.on('filesLimit', () => reject(broken('it has more than one file')));
    parser.on('partsLimit', () => reject(broken(`it has more than ${PARTS_MAX} parts`)));
    parser.on('error', (cause: unknown) => reject(broken('it ends too early, or has no boundaries where they should be', cause)));
    parser.on('finish', () => resolve());
    feed(parser, bytes, () => isRefused);
  });
  return { parts: await Promise.all(parts) };
}

/** Piece by piece, so that a large upload does not keep every other request waiting. Nothing more is read of what is refused. */
function feed(parser: Writable, bytes: Buffer, isRefused: () => boolean, at = 0): void {
  if (isRefused()) return;
  const next = at + PIECE_BYTES;
  if (next >= bytes.length) {
    parser.end(bytes.subarray(at));
    return;
  }
  parser.write(bytes.subarray(at, next));
  setImmediate(() => feed(parser, bytes, isRefused, next));
}

/** @throws Fault for a content type that names no boundary */
function parserOf(contentType: string, fileSize: number) {
  const limits = {
    fileSize,
    files: 1,
    fields: FIELDS_MAX,
    parts: PARTS_MAX,
    fieldSize: FIELD_BYTES_MAX,
    headerPairs: HEADER_PAIRS_MAX,
    headerSize: HEADER_BYTES_MAX,
  };
  try {
    return new Busboy({ headers: { 'content-type': contentType }, limits });
  } catch (cause) {
    throw broken('its content-type names no boundary', cause);
  }
}

function fileIn(stream: BusboyFileStream, about: { name: string; filename: string; contentType: string }, most: number): Promise<FormPart> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    stream.on('data', (piece: Buffer) => pieces.push(piece));
    stream.on('limit', () => reject(tooLarge(`The file ${shown(about.name)}`, most)));
    stream.on('error', (cause) => reject(broken('it ends in the middle of its file', cause)));
    stream.on('end', () => resolve({ ...about, bytes: Buffer.concat(pieces) }));
  });
}

function isName(name: unknown): name is string {
  return typeof name === 'string' && name !== '' && name.length <= NAME_MAX;
}

function shown(name: unknown): string {
  return isName(name) ? `"${name}"` : 'without a name';
}

function broken(problem: string, cause?: unknown): Fault {
  return new Fault('invalid_request', `The form cannot be read: ${problem}.`, { cause });
}

function tooLarge(what: string, most: number): Fault {
  return new Fault('request_too_large', `${what} is larger than ${most} bytes.`);
}
