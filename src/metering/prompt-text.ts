/** The text of a chat request that reaches the model, for a count where the provider sent none. Media parts have none. */
export function promptText(body: Readonly<Record<string, unknown>>): string {
  const messages = Array.isArray(body['messages']) ? body['messages'] : [];
  const tools = [body['tools'], body['functions'], body['response_format']].filter((each) => each !== undefined && each !== null);
  return [...messages.map(messageText), ...tools.map((each) => JSON.stringify(each))].join('\n');
}

function messageText(message: unknown): string {
  if (typeof message !== 'object' || message === null) return '';
  const { role, content, tool_calls: calls } = message as { role?: unknown; content?: unknown; tool_calls?: unknown };
  const called = calls === undefined ? '' : JSON.stringify(calls);
  return `${String(role)}\n${contentText(content)}${called}`;
}

function contentText(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part: { text?: unknown } | null) => (typeof part?.text === 'string' ? part.text : '')).join('\n');
}
