/** What a start prints on standard output: at the first one its secrets, as soon as they are made; then the address of each surface. */
export interface FirstStart {
  readonly operatorToken: string | null;
  readonly demoKey: string | null;
}

export interface DemoCall {
  readonly model: string;
  readonly prompt: string;
}

export function banner(origin: string, first: FirstStart, demo: DemoCall): string {
  return [
    `Tokens Forge listens on ${origin}`,
    '',
    `  OpenAI-compatible API   ${origin}/v1`,
    `  GraphQL                 ${origin}/graphql`,
    `  Metrics                 ${origin}/metrics`,
    `  Health                  ${origin}/healthz  ${origin}/readyz`,
    ...firstCall(origin, first.demoKey, demo),
    '',
  ].join('\n');
}

/** Empty when none was made. To be printed before anything else is done: nobody sees them later. */
export function secretsText({ operatorToken, demoKey }: FirstStart): string {
  if (operatorToken === null && demoKey === null) return '';
  return [
    'Shown this once:',
    ...(operatorToken === null ? [] : [`  Operator token          ${operatorToken}`]),
    ...(demoKey === null ? [] : [`  Demo key                ${demoKey}`]),
    '\n',
  ].join('\n');
}

function firstCall(origin: string, key: string | null, { model, prompt }: DemoCall): string[] {
  if (key === null) return [];
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: prompt }] });
  return [
    '',
    'Make a call (the answer is simulated; its first channel fails, so that you see a fallback):',
    `  curl -sS -D - ${origin}/v1/chat/completions -H 'authorization: Bearer ${key}' -H 'content-type: application/json' -d '${body}'`,
    '',
    'Read its receipt, with the x-request-id of the answer:',
    `  curl -sS ${origin}/v1/receipts/REQUEST_ID -H 'authorization: Bearer ${key}'`,
    '',
    'Have a research report written (simulated as well), and watch what it costs:',
    `  TOKENS_FORGE_URL=${origin} TOKENS_FORGE_KEY=${key} npm run research -- DEMO --mode deep`,
  ];
}
