/** Reads the one form that reaches the demo: as the gateway itself writes it. */

export interface DemoForm {
  readonly fields: Readonly<Record<string, string>>;
  readonly file: Buffer;
}

const BREAK = '\r\n';

/** Of a form that is none: nothing. */
export function formIn(body: Buffer, contentType: string): DemoForm {
  const [, boundary = BREAK] = /boundary=([^;\s]+)/.exec(contentType) ?? [];
  const fields: Record<string, string> = {};
  let file = Buffer.alloc(0);
  // Each part ends in the line break before the next boundary.
  const [, ...parts] = `${BREAK}${body.toString('latin1')}`.split(`${BREAK}--${boundary}`);
  for (const part of parts) {
    const [head = '', ...rest] = part.split(BREAK + BREAK);
    const [, name = ''] = /name="([^"]*)"/.exec(head) ?? [];
    const content = Buffer.from(rest.join(BREAK + BREAK), 'latin1');
    if (head.includes('filename=')) file = content;
    else if (name !== '') fields[name] = content.toString('utf8');
  }
  return { fields, file };
}
