/** How a user of research talks to the gateway, and providers that write sections. */
import { sampleFromSchema } from '../../src/upstreams/demo/sample-from-schema';
import { eventually } from './eventually';
import { graph, nanoOf } from './forge-client';
import type { Script } from './script';
import type { RecordedRequest } from './scripted-upstream';

export interface Amount {
  readonly bucket: string;
  readonly amount: string;
}

export interface RunJson {
  readonly id: string;
  readonly status: string;
  readonly statusReason: string | null;
  readonly budget: readonly Amount[];
  readonly spent: readonly Amount[];
  readonly held: readonly Amount[];
  readonly left: readonly Amount[];
  readonly report: string | null;
  readonly sections: readonly {
    readonly name: string;
    readonly status: string;
    readonly tries: number;
    readonly content: string | null;
    readonly error: string | null;
    readonly charge: readonly Amount[];
    readonly receipts: readonly {
      readonly id: string;
      readonly status: string;
      readonly charge: string;
      readonly errorCode: string | null;
    }[];
  }[];
  readonly receipt: {
    readonly requests: number;
    readonly attempts: number;
    readonly failedAttempts: number;
    readonly retriedSections: number;
    readonly fallbacks: number;
    readonly estimateError: number | null;
    readonly charges: readonly Amount[];
    readonly refunds: readonly Amount[];
    readonly retryCost: readonly Amount[];
    readonly fallbackCost: readonly Amount[];
    readonly byModel: readonly { readonly model: string; readonly bucket: string; readonly requests: number; readonly charge: string }[];
    readonly bySection: readonly { readonly name: string; readonly requests: number; readonly charge: readonly Amount[] }[];
    readonly usage: { readonly inputTokens: number; readonly outputTokens: number };
  };
}

const AMOUNT = '{ bucket amount }';
const RUN_FIELDS = `id status statusReason report budget ${AMOUNT} spent ${AMOUNT} held ${AMOUNT} left ${AMOUNT}
  sections { name status tries content error charge ${AMOUNT} receipts { id status charge errorCode } }
  receipt { requests attempts failedAttempts retriedSections fallbacks estimateError charges ${AMOUNT} refunds ${AMOUNT} retryCost ${AMOUNT} fallbackCost ${AMOUNT}
    byModel { model bucket requests charge } bySection { name requests charge ${AMOUNT} } usage { inputTokens outputTokens } }`;

export interface ResearchWish {
  readonly apiKeyId: string;
  readonly mode: string;
  readonly symbol?: string;
  readonly budget?: readonly Amount[];
}

/** Starts a run, whatever it warns of. @returns its id */
export async function startResearch(origin: string, token: string, wish: ResearchWish): Promise<string> {
  const mutation = 'mutation($input: ResearchInput!) { startResearchRun(input: $input) { id } }';
  const input = { symbol: 'DEMO', acknowledgeWarnings: true, ...wish };
  return (await graph<{ startResearchRun: { id: string } }>(origin, token, mutation, { input })).startResearchRun.id;
}

export async function researchRun(origin: string, token: string, id: string): Promise<RunJson> {
  const found = await graph<{ researchRun: RunJson }>(origin, token, `query($id: ID!) { researchRun(id: $id) { ${RUN_FIELDS} } }`, { id });
  return found.researchRun;
}

/** The run, once it is in one of these states. */
export function researchRunIn(origin: string, token: string, id: string, states: readonly string[], ms?: number): Promise<RunJson> {
  return eventually(async () => {
    const run = await researchRun(origin, token, id);
    expect({ states, run }).toMatchObject({ run: { status: expect.stringMatching(new RegExp(`^(${states.join('|')})$`)) } });
    return run;
  }, ms);
}

export const nanoIn = (amounts: readonly Amount[], bucket = 'RMB') => nanoOf(amounts.find((each) => each.bucket === bucket)?.amount ?? '0');

/** The section that a request is for. */
export function sectionIn({ body }: RecordedRequest): string {
  return (body['response_format'] as { json_schema?: { name?: string } } | undefined)?.json_schema?.name ?? '';
}

/** An answer that fits the schema of the request. */
export function fitting({ body }: RecordedRequest): Script {
  const schema = (body['response_format'] as { json_schema?: { schema?: unknown } } | undefined)?.json_schema?.schema;
  return { text: JSON.stringify(sampleFromSchema(schema)) };
}
