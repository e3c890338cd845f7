/**
 * What providers tell as the fault of a request although it is that of our own account: every request would be refused so, and the next
 * channel serves it. Only codes, and beginnings of messages that no text of a client can be part of.
 */

/** Of OpenAI, of Alibaba (https://help.aliyun.com/en/model-studio/error-code), and of Groq. */
const BY_CODE: Readonly<Record<string, number>> = {
  billing_hard_limit_reached: 402,
  arrearage: 402,
  organization_restricted: 403,
};

/** Of Anthropic, twice, and of xAI (https://docs.x.ai/docs/key-information/debugging). */
const BY_MESSAGE: readonly (readonly [beginning: RegExp, status: number])[] = [
  [/^Your credit balance is too low to access /, 402],
  [/^You have reached your specified (?:workspace )?API usage limits/, 402],
  [/^Incorrect API key provided/, 401],
];

export function statusMeant(status: number, { code, message }: { readonly code: string | null; readonly message: string }): number {
  // Fireworks' word for an account that is suspended: https://fireworks.ai/docs/guides/inference-error-codes
  if (status === 412) return 403;
  if (status !== 400) return status;
  const named = BY_CODE[code?.toLowerCase() ?? ''];
  return named ?? BY_MESSAGE.find(([beginning]) => beginning.test(message))?.[1] ?? status;
}
