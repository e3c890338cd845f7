/** Holds the books of a gateway against what the upstreams say that they served, and what the clients say that they got. */

import { inSnapshot } from '../support/audit';
import type { Row, TestDatabase } from '../support/databases';
import type { ScriptedUpstream, Served } from '../support/scripted-upstream';
import type { Seen } from './load';

/** Nano for one token. */
export interface TokenPrice {
  readonly input: bigint;
  readonly output: bigint;
}

export interface Witnessed {
  readonly upstream: ScriptedUpstream;
  readonly price: TokenPrice;
}

export interface Evidence {
  readonly wallet: string;
  readonly witnesses: readonly Witnessed[];
  readonly seen: readonly Seen[];
}

/** Everything that does not fit together, in words. */
export async function contradictions(database: TestDatabase, { wallet, witnesses, seen }: Evidence): Promise<string[]> {
  const served = new Map<string, ServedCost>();
  for (const { upstream, price } of witnesses) {
    for (const one of upstream.served) served.set(one.id, { exact: costOf(one, price), floor: floorOf(one, price) });
  }
  const books = await inSnapshot(database, async (snapshot) => ({
    charges: await snapshot.query(
      `SELECT a.upstream_request_id AS upstream, r.id, r.charge, r.status FROM receipt r JOIN attempt a ON a.receipt_id = r.id AND a.charge > 0`,
    ),
    receipts: await snapshot.query('SELECT id, status, stop_reason, charge FROM receipt'),
    transfers: await snapshot.query(`SELECT amount, receipt_id, hold_id FROM transfer WHERE kind = 'CHARGE' AND wallet_id = '${wallet}'`),
  }));
  const receipts = new Map(books.receipts.map((row) => [String(row['id']), row]));
  return [
    ...chargesThatNobodyServed(books.charges, served),
    ...repeated(
      books.charges.map((row) => String(row['upstream'])),
      'of the upstream is charged twice',
    ),
    ...repeated(
      books.transfers.map((row) => String(row['receipt_id'])),
      'has two transfers',
    ),
    ...repeated(
      books.transfers.map((row) => String(row['hold_id'])),
      'is settled twice',
    ),
    ...chargedMoreThanServed(
      books.transfers,
      [...served.values()].map((cost) => cost.exact),
    ),
    ...seen.flatMap((call) => contradictedBy(call, receipts)),
  ];
}

function costOf({ promptTokens, completionTokens, completed, pieces }: Served, { input, output }: TokenPrice): bigint {
  return completed || pieces > 0 ? BigInt(promptTokens) * input + BigInt(completionTokens) * output : 0n;
}

interface ServedCost {
  /** Of an answer that the gateway lived to settle. */
  readonly exact: bigint;
  /** The most that its checkpoint can be charged when the gateway died in the middle of it. */
  readonly floor: bigint;
}

/** Of a dead process's answer the gateway's own count stands: of another vocabulary, and of its input alone with more than the text. */
function floorOf({ promptTokens, completionTokens, pieces }: Served, { input, output }: TokenPrice): bigint {
  return pieces > 0 ? BigInt(promptTokens * 3 + 16) * input + BigInt(completionTokens * 3) * output : 0n;
}

function chargesThatNobodyServed(charges: readonly Row[], served: ReadonlyMap<string, ServedCost>): string[] {
  return charges.flatMap(({ id, charge, status, upstream }) => {
    const witnessed = served.get(String(upstream));
    const fits =
      status === 'ABANDONED' ? witnessed !== undefined && (charge as bigint) <= witnessed.floor : witnessed?.exact === (charge as bigint);
    return fits ? [] : [`receipt ${id}: ${status}, charged ${charge}, the upstream's count of ${upstream} makes ${witnessed?.exact}`];
  });
}

function chargedMoreThanServed(transfers: readonly Row[], served: readonly bigint[]): string[] {
  const charged = transfers.reduce((sum, { amount }) => sum + (amount as bigint), 0n);
  const witnessed = served.reduce((sum, cost) => sum + cost, 0n);
  return charged <= witnessed ? [] : [`charged ${charged} in all, and served ${witnessed}`];
}

function repeated(values: readonly string[], problem: string): string[] {
  const seen = new Set<string>();
  return values.flatMap((value) => (seen.size === seen.add(value).size ? [`${value} ${problem}`] : []));
}

/** A finished answer is charged. One that broke off has a receipt as well, unless the gateway refused it for its database. */
function contradictedBy({ requestId, status: answered, finished }: Seen, receipts: ReadonlyMap<string, Row>): string[] {
  const receipt = receipts.get(requestId);
  if (receipt === undefined) return answered === 503 ? [] : [`${requestId}: the client saw it, and there is no receipt`];
  const { status, charge } = receipt;
  const settled = status === 'SUCCEEDED' && (charge as bigint) > 0n;
  return finished && !settled ? [`${requestId}: the client has the answer, the receipt says ${status}`] : [];
}

/** Answers that clients have and nobody paid for; and what was paid for twice. */
export function lostAndDoubled(found: readonly string[]): { readonly lost: number; readonly doubled: number } {
  return {
    lost: found.filter((each) => /the client (saw it|has the answer)/.test(each)).length,
    doubled: found.filter((each) => /charged twice|two transfers|settled twice/.test(each)).length,
  };
}
