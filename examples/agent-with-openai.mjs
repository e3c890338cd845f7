// An agent with the OpenAI SDK: the model may call a tool until it answers, and every call is one of the run's.
import OpenAI from 'openai';
import { key, model, url, withRun } from './run.mjs';

const tools = [
  {
    type: 'function',
    function: {
      name: 'read_changes',
      description: 'The changes since the last release',
      parameters: { type: 'object', properties: { since: { type: 'string' } }, required: ['since'], additionalProperties: false },
    },
  },
];

const readChanges = () => 'Added runs. Fixed a race in the settlement. Removed the old price table.';
const STEPS_MAX = 5;

await withRun('release notes', [{ bucket: 'RMB', amount: '1' }], async (runId) => {
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, defaultHeaders: { 'x-forge-run': runId } });
  const messages = [{ role: 'user', content: 'Use read_changes, then write release notes of two sentences.' }];
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const { choices } = await client.chat.completions.create({ model, messages, tools });
    const { message } = choices[0];
    messages.push(message);
    if (!message.tool_calls?.length) return console.log(message.content);
    for (const call of message.tool_calls) messages.push({ role: 'tool', tool_call_id: call.id, content: readChanges() });
  }
});
