import { Duplex } from 'node:stream';
import { takingContinue } from './interim-answer';

const CONTINUE = 'HTTP/1.1 100 Continue\r\nx-hint: 1\r\n\r\n';
const PASSED_OVER = CONTINUE.replace('100', '102');
const HINTS = 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n';
const ANSWER = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}';

class Line extends Duplex {
  override _read(): void {
    // What arrives is pushed.
  }

  override _write(_bytes: Buffer, _encoding: string, done: () => void): void {
    done();
  }
}

describe('a connection that takes 100 Continue', () => {
  let line: Line;

  beforeEach(() => {
    line = takingContinue(new Line());
    line.write('a request');
  });

  const arriving = (text: string) => {
    line.push(text);
    return String(line.read());
  };

  /** All that is shown of pieces that arrive on a new connection. */
  const arrivingIn = (...pieces: string[]) => {
    line = takingContinue(new Line());
    line.write('a request');
    return pieces
      .map((piece) => {
        line.push(piece);
        return String(line.read() ?? '');
      })
      .join('');
  };

  it('shows it as one that is passed over, alone or with what follows', () => {
    expect(arriving(CONTINUE)).toBe(PASSED_OVER);
    expect(arriving(CONTINUE + CONTINUE)).toBe(PASSED_OVER + PASSED_OVER);
    expect(arriving(CONTINUE + ANSWER)).toBe(PASSED_OVER + ANSWER);
  });

  it('shows it so behind an interim one of another kind, and that one as it is', () => {
    expect(arriving(HINTS + CONTINUE + ANSWER)).toBe(HINTS + PASSED_OVER + ANSWER);
    expect(arrivingIn(HINTS, CONTINUE, HINTS, CONTINUE, ANSWER)).toBe(HINTS + PASSED_OVER + HINTS + PASSED_OVER + ANSWER);
  });

  it.each([CONTINUE + ANSWER, CONTINUE + CONTINUE + ANSWER, HINTS + CONTINUE + ANSWER, ANSWER])(
    'shows it so wherever it is torn: %j',
    (text) => {
      const expected = text.replaceAll('HTTP/1.1 100', 'HTTP/1.1 102');
      for (let at = 1; at < text.length; at += 1) expect([at, arrivingIn(text.slice(0, at), text.slice(at))]).toEqual([at, expected]);
      expect(arrivingIn(...text)).toBe(expected);
    },
  );

  it('keeps nothing back but what may still become one', () => {
    expect(arrivingIn('HTTP/1.1 10')).toBe('');
    expect(arrivingIn('HTTP/1.1 2')).toBe('HTTP/1.1 2');
    expect(arrivingIn('HTTP/1.1 100 Con')).toBe('HTTP/1.1 102 Con');
    expect(arrivingIn(`${CONTINUE}HTTP/`)).toBe(PASSED_OVER);
  });

  it('leaves every byte of answers as it is, also one that tells of it at the beginning of what is read', () => {
    expect(arriving(ANSWER)).toBe(ANSWER);
    expect(arriving(CONTINUE)).toBe(CONTINUE);
    line.write('another request');
    expect(arriving(`HTTP/1.1 200 OK\r\n\r\n${CONTINUE}`)).toBe(`HTTP/1.1 200 OK\r\n\r\n${CONTINUE}`);
    expect(arriving(CONTINUE)).toBe(CONTINUE);
  });

  it('looks for it behind each request', () => {
    arriving(ANSWER);
    line.write('another request');
    expect(arriving(CONTINUE)).toBe(PASSED_OVER);
  });

  it('is destroyed by a provider that tells interim answers without an end', async () => {
    const failed = new Promise((resolve) => line.once('error', resolve));
    line.push(HINTS.repeat(1_000));
    line.read();
    expect(line.destroyed).toBe(false);
    // It is still the same request.
    line.write('its body');
    line.push(HINTS);
    expect(line.read()).toBeNull();
    expect(await failed).toEqual(new Error('interim answers do not end'));
  });

  it('takes as many behind each request of its own', () => {
    for (let request = 0; request < 3; request += 1) {
      line.write('a request');
      expect(arriving(HINTS.repeat(600) + ANSWER)).toBe(HINTS.repeat(600) + ANSWER);
    }
  });

  it.each(['HTTP/1.1 200 ', 'HTTP/1.1 103 ', `${CONTINUE}HTTP/1.1 503 `])(
    'is destroyed by a provider whose words for a status do not end: %j',
    async (head) => {
      const failed = new Promise((resolve) => line.once('error', resolve));
      line.push(head);
      line.read();
      for (let kib = 0; kib < 32; kib += 1) {
        line.push('x'.repeat(1024));
        line.read();
      }
      expect(await failed).toEqual(new Error('a head does not end'));
    },
  );

  it('takes an answer as large as any behind words for its status', () => {
    const body = 'x'.repeat(100_000);
    expect(arrivingIn('HTTP/1.1 200 O', `K\r\n\r\n${body}`, body)).toBe(`HTTP/1.1 200 OK\r\n\r\n${body}${body}`);
  });
});
