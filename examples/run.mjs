// A run puts calls together: one budget for all of them, enforced before each is sent, and one receipt.
export const url = process.env.TOKENS_FORGE_URL ?? 'http://127.0.0.1:4000';
export const key = process.env.TOKENS_FORGE_KEY ?? '';
export const model = process.env.MODEL ?? 'forge-demo';

/** Makes a run, does the work with its id, finishes it whatever happened, and prints the receipt. */
export async function withRun(name, budget, work) {
  const run = await forge('/v1/runs', { name, budget });
  try {
    return await work(run.id);
  } finally {
    printReceipt(await forge(`/v1/runs/${run.id}/finish`, {}));
  }
}

async function forge(path, body) {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error?.message ?? `${path}: status ${response.status}`);
  return answer;
}

function printReceipt({ id, name, left, receipt }) {
  const { requests, attempts, failedAttempts, fallbacks, usage, charges, byModel } = receipt;
  console.log(`\nReceipt of "${name}" (run ${id})`);
  console.log(`  ${requests} calls, ${attempts} attempts (${failedAttempts} failed), ${fallbacks} moves to another channel`);
  console.log(`  ${usage.inputTokens} tokens in, ${usage.outputTokens} out`);
  for (const part of byModel) console.log(`  ${part.model}: ${part.requests} calls, ${part.charge} from ${part.bucket}`);
  const paid = charges.filter(({ amount }) => Number(amount) > 0);
  for (const { bucket, currency, amount } of paid) console.log(`  charged ${amount} ${currency} (${bucket})`);
  for (const { bucket, currency, amount } of left) console.log(`  left of the budget: ${amount} ${currency} (${bucket})`);
}
