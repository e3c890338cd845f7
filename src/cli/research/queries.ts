/** What the command asks the graph, and what it gets. Amounts are decimal strings. */
import type { Bucket, Currency, ResearchMode, RunStatus, SectionStatus } from '../../kernel/words';
import type { KeyStatus } from '../../keys/api-key';

export interface Amount {
  readonly bucket: Bucket;
  readonly currency: Currency;
  readonly amount: string;
}

export interface EstimateView {
  readonly mode: ResearchMode;
  readonly sections: number;
  readonly expected: readonly Amount[];
  readonly ceiling: readonly Amount[];
  readonly expectedTokens: number;
  readonly expectedSeconds: number;
  readonly balanceOk: boolean;
  readonly warnings: readonly { readonly code: string; readonly message: string }[];
}

export interface SectionView {
  readonly name: string;
  readonly title: string;
  readonly status: SectionStatus;
  readonly tries: number;
  readonly charge: readonly Amount[];
  readonly error: string | null;
}

export interface RunView {
  readonly id: string;
  readonly symbol: string;
  readonly mode: ResearchMode;
  readonly status: RunStatus;
  readonly statusReason: string | null;
  readonly spent: readonly Amount[];
  readonly left: readonly Amount[];
  readonly sections: readonly SectionView[];
}

export interface EventView {
  readonly cursor: string;
  readonly at: string;
  readonly kind: string;
  readonly message: string | null;
  readonly spent: readonly Amount[];
  readonly left: readonly Amount[];
  readonly section: SectionView | null;
}

export interface EndView {
  readonly id: string;
  readonly symbol: string;
  readonly status: RunStatus;
  readonly statusReason: string | null;
  readonly estimate: Pick<EstimateView, 'expected' | 'ceiling'>;
  /** The key that pays. */
  readonly apiKey: { readonly status: KeyStatus };
  readonly held: readonly Amount[];
  readonly report: string | null;
  /** null: the run has not ended. */
  readonly reportHtml: string | null;
  readonly sections: readonly SectionView[];
  readonly receipt: {
    readonly requests: number;
    readonly attempts: number;
    readonly failedAttempts: number;
    readonly fallbacks: number;
    readonly retriedSections: number;
    readonly usage: { readonly inputTokens: number; readonly outputTokens: number };
    readonly charges: readonly Amount[];
    readonly refunds: readonly Amount[];
    readonly retryCost: readonly Amount[];
    /** null: more moves than the gateway adds up. */
    readonly fallbackCost: readonly Amount[] | null;
    readonly estimateError: number | null;
    readonly byModel: readonly { readonly model: string; readonly bucket: Bucket; readonly requests: number; readonly charge: string }[];
  };
}

const AMOUNTS = '{ bucket currency amount }';
const ESTIMATE = `mode sections expected ${AMOUNTS} ceiling ${AMOUNTS} expectedTokens expectedSeconds balanceOk warnings { code message }`;
const SECTION = `name title status tries charge ${AMOUNTS} error`;
const RUN = `id symbol mode status statusReason spent ${AMOUNTS} left ${AMOUNTS} sections { ${SECTION} }`;

export const MY_KEYS = '{ apiKeys { id name status } }';
export const ESTIMATE_RUN = `query ($input: ResearchInput!) { researchEstimate(input: $input) { ${ESTIMATE} } }`;
export const START_RUN = `mutation ($input: ResearchInput!) { startResearchRun(input: $input) { ${RUN} } }`;
export const READ_RUN = `query ($id: ID!) { researchRun(id: $id) { ${RUN} } }`;
export const CANCEL_RUN = `mutation ($id: ID!) { cancelResearchRun(id: $id) { id } }`;
export const RESUME_RUN = `mutation ($id: ID!, $budget: [BucketAmountInput!]) { resumeResearchRun(id: $id, budget: $budget) { ${RUN} } }`;
export const READ_END = `query ($id: ID!) { researchRun(id: $id) {
  id symbol status statusReason apiKey { status } held ${AMOUNTS} report reportHtml estimate { expected ${AMOUNTS} ceiling ${AMOUNTS} }
  sections { ${SECTION} }
  receipt { requests attempts failedAttempts fallbacks retriedSections usage { inputTokens outputTokens } charges ${AMOUNTS}
    refunds ${AMOUNTS} retryCost ${AMOUNTS} fallbackCost ${AMOUNTS} estimateError byModel { model bucket requests charge } }
} }`;
export const FOLLOW_RUN = `subscription ($id: ID!, $after: String) { researchRunProgress(id: $id, after: $after) {
  cursor at kind message spent ${AMOUNTS} left ${AMOUNTS} section { ${SECTION} }
} }`;
