import { refusalOf } from '../../../test/support/refusal';
import { chatCompletions } from './chat-completions';
import type { Endpoint } from './endpoint';
import { responses } from './responses';

const faultOf = (endpoint: Endpoint, body: object) => refusalOf(endpoint, body)?.publicMessage ?? null;

const chat = (part: object) => faultOf(chatCompletions, { messages: [{ role: 'user', content: [{ type: 'text', text: 'x' }, part] }] });
const response = (item: object) => faultOf(responses, { input: [{ role: 'user', content: 'x' }, item] });
const WHY = 'is not served: send the file itself.';

describe('a file that its provider keeps', () => {
  it('is refused by its id in a chat, wherever a provider looks for one', () => {
    expect(chat({ type: 'file', file: { file_id: 'file-1' } })).toBe(`messages[0].content[1].file.file_id ${WHY}`);
    expect(chat({ type: 'file', file_id: 'file-1' })).toBe(`messages[0].content[1].file_id ${WHY}`);
  });

  it.each(['input_file', 'input_image'])('is refused by its id in a response, said and given back by a tool: %s', (type) => {
    const part = { type, file_id: 'file-1' };
    expect(response({ role: 'user', content: [part] })).toBe(`input[1].content[0].file_id ${WHY}`);
    expect(response({ type: 'function_call_output', call_id: 'c', output: [part] })).toBe(`input[1].output[0].file_id ${WHY}`);
    expect(response({ type: 'computer_call_output', call_id: 'c', output: part })).toBe(`input[1].output.file_id ${WHY}`);
  });

  it('is none where its bytes or its address are sent', () => {
    expect(chat({ type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,AA==', file_id: null } })).toBeNull();
    expect(response({ role: 'user', content: [{ type: 'input_file', file_url: 'https://files.example/a.pdf' }] })).toBeNull();
    expect(response({ type: 'function_call_output', call_id: 'c', output: 'file_id' })).toBeNull();
  });
});
