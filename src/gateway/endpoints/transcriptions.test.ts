import { wav } from '../../../test/support/audio';
import type { Form } from '../../kernel/form';
import { readCall } from '../reading/read-call';
import { transcriptions } from './transcriptions';

const FILE = { name: 'file', filename: 'a.wav', contentType: 'audio/wav', bytes: wav(10) };

function faultOf(name: string, value: string): string | null {
  const form: Form = { parts: [{ name: 'model', value: 'm' }, FILE, { name, value }] };
  const reading = readCall(transcriptions, form);
  return reading.ok ? null : reading.fault.publicMessage;
}

describe('a transcription', () => {
  it.each(['url', 'file_url', 'file_id'])('hears the file that is held for, and nothing else: %s', (name) => {
    expect(faultOf(name, 'https://example.com/ten-hours.mp3')).toBe(`${name} is not served: send the file itself.`);
    expect(faultOf(name, '')).toBeNull();
    expect(faultOf(name.toUpperCase(), 'x')).toBe(`${name.toUpperCase()} must be spelled ${name}.`);
  });

  it('takes what it does not know along', () => {
    expect(faultOf('diarize', 'true')).toBeNull();
  });
});
