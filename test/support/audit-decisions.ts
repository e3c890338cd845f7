/**
 * Every column of every table, and whether an audit sees that somebody edited it behind the gateway's back. What an audit does not see has
 * its reason here; `src/ledger/README.md` says the same in short.
 */

/**
 * `named`: a finding names the row; with a condition, in rows that meet it. `noticed`: there is a finding, and it names another row, such as
 * a sum. Anything else is a reason why nothing is found.
 */
export type Seen = 'named' | 'noticed';
export type Decision = Seen | readonly [seen: Seen, where: string] | Reason;

const REASONS = {
  settable:
    'the operator, the account or the catalog sets it anew at any time: no seal can tell their hand from another one; the log of mutations tells',
  running: 'it changes for as long as a request or a process runs: what comes of it is held against its receipt',
  words: 'text for people, which no money and no permission goes by',
  sums: 'made again from the receipts when it is missing',
  sealed: 'it is encrypted with the master key and bound to its row: an edited one cannot be opened, and says so',
  research: 'test/contracts/audit-research.contract.test.ts has what is seen of it; the rest is what a run wrote',
  alerts: 'notices to people: no money goes by them',
  made: 'forgotten after a while: without it, a wish that is sent again is carried out again, as one that comes late is',
  empty: 'a batch in which nothing was written moves nothing',
  schema: 'of the database itself: a wrong one stops the start',
} as const;

export type Reason = keyof typeof REASONS;

/** What is decided of the whole rows of a table. */
export interface Rows {
  readonly deleted: Decision;
  /** A copy with another key. */
  readonly copied: Decision;
}

export type Columns = Readonly<Record<string, Decision>>;

const all = (decision: Decision, names: string): Columns => Object.fromEntries(names.split(' ').map((name) => [name, decision]));

const FACTS =
  'id account_id api_key_id project_id run_id endpoint stream requested_model created_at route_id route_type bucket bucket_reason ' +
  'primary_channel_id primary_price_id';
const USAGE =
  'input_tokens cached_input_tokens cache_write_tokens output_tokens reasoning_tokens usage_source usage_classes provider_status error_code ' +
  'error_message latency_ms first_token_ms charge';
const PRICE = 'id version currency input cached_input cache_write output per_request classes effective_from';
const NAMED: Rows = { deleted: 'named', copied: 'named' };
/** A further row looks like one that a gateway has just written. */
const NEW_ONES: Rows = { deleted: 'named', copied: 'settable' };

/** Tables of which an audit sees something. */
export const AUDITED: Readonly<Record<string, readonly [rows: Rows, columns: Columns]>> = {
  ledger_batch: [
    { deleted: 'noticed', copied: 'empty' },
    { ...all('named', 'owner items created_at'), ...all('noticed', 'id usage_state') },
  ],
  transfer: [
    NAMED,
    all(
      'named',
      'id batch_id kind currency debit credit amount wallet_id batch_rest hold_id receipt_id api_key_id run_id external_key memo created_at',
    ),
  ],
  wallet_change: [NAMED, all('named', 'wallet_id seq batch_id at_us posted_delta posted_after held_after')],
  receipt: [
    NAMED,
    {
      ...all(
        'named',
        `${FACTS} ${USAGE} status stop_reason settled_at upstream_model reported_model final_channel_id price_id retry_count`,
      ),
      ...all('named', 'fallback_count lowered_output_limit recovered no_charge_reason hold_id hold_amount transfer_id batch_id'),
    },
  ],
  attempt: [
    NAMED,
    all(
      'named',
      `receipt_id idx channel_id protocol role retry status upstream_model upstream_request_id started_at cost cost_currency ${USAGE}`,
    ),
  ],
  refund: [NAMED, all('named', 'receipt_id transfer_id amount')],
  hold: [NAMED, all('named', `${FACTS} request_id wallet_id amount state owner placed_at expires_at resolved_at`)],
  wallet: [{ deleted: 'noticed', copied: 'named' }, all('named', 'id account_id bucket currency posted held seq changed_at_us')],
  spend_counter: [{ deleted: 'sums', copied: 'named' }, all('named', 'id spent held')],
  idempotency_key: [NAMED, all('named', 'id api_key_id body_hash request_id hold_id created_at')],
  usage_rollup: [
    { deleted: 'noticed', copied: 'noticed' },
    all(
      'noticed',
      'account_id span start api_key_id project_id model route_type channel_id bucket requests failed fallbacks input_tokens output_tokens charge charge_high',
    ),
  ],
  seal: [{ deleted: 'noticed', copied: 'named' }, all('named', 'seq batches previous_hash hash sealed_at')],
  seal_batch: [
    { deleted: 'noticed', copied: 'named' },
    { ...all('named', 'batch_id digest manifest'), ...all('noticed', 'seal_seq position') },
  ],
  seal_fact: [
    { deleted: 'noticed', copied: 'noticed' },
    { digest: 'noticed', ...all('noticed', 'name seal_seq position') },
  ],
  price_version: [NEW_ONES, all('named', `${PRICE} route_id channel_id multiplier`)],
  cost_version: [NEW_ONES, all('named', `${PRICE} channel_id upstream_model`)],
  redemption_code: [
    NEW_ONES,
    { ...all('named', 'id code_hash bucket amount memo created_at expires_at'), revoked_at: ['named', 'revoked_at IS NOT NULL'] },
  ],
  account: [
    NEW_ONES,
    {
      ...all('named', 'id created_at'),
      name: 'words',
      ...all('settable', 'suspended_at requests_per_minute tokens_per_minute concurrency'),
    },
  ],
  project: [NEW_ONES, { ...all('named', 'id account_id created_at'), name: 'words', spend_limits: 'settable' }],
  api_key: [
    NEW_ONES,
    {
      ...all('named', 'id account_id created_at'),
      status: ['named', "status = 'REVOKED'"],
      ...all('settable', 'project_id prefix route_policy cross_bucket_fallback allowed_models limits policies expires_at'),
      name: 'words',
    },
  ],
  key_secret: [NEW_ONES, { ...all('named', 'hash key_id created_at'), valid_until: 'settable' }],
  account_token: [NEW_ONES, { ...all('named', 'hash account_id created_at'), revoked_at: ['named', 'revoked_at IS NOT NULL'] }],
  management_token: [
    NEW_ONES,
    { ...all('named', 'id hash account_id name role created_at expires_at'), revoked_at: ['named', 'revoked_at IS NOT NULL'] },
  ],
  audit_log: [
    NEW_ONES,
    all('named', 'id at request_id actor_kind actor_id account_id action target outcome fault_code state_before state_after'),
  ],
};

/** Tables of which an audit sees nothing. */
export const UNSEEN: Readonly<Record<string, readonly [reason: Reason, columns: string]>> = {
  hold_progress: ['running', 'hold_id progress noted_at'],
  gateway_process: ['running', 'id state started_at heartbeat_at'],
  stored_answer: ['sealed', 'id sealed expires_at'],
  setting: ['settable', 'name value'],
  channel: ['settable', 'id name protocol base_url sealed_api_key timeouts on_client_gone enabled retired_at breaker'],
  model: ['settable', 'id position context_window max_output_tokens media_part_tokens retired_at'],
  route: ['settable', 'id model_id type enabled price_id retired_at sticky'],
  route_step: ['settable', 'route_id position channel_id upstream_model max_attempts price_id cost_id priority weight'],
  price_schedule: ['settable', 'route_id effective_from price_id'],
  catalog_state: ['settable', 'id revision applied'],
  made_once: ['made', 'request_key content_hash made made_at'],
  run: [
    'research',
    'id kind account_id api_key_id name status status_reason budget created_at started_at finished_at request_key request_hash',
  ],
  research_run: [
    'research',
    'id symbol mode quick_model deep_model provider estimate briefing report report_html lease_owner lease_until events',
  ],
  research_section: ['research', 'id run_id place name title model status tries content call_id open_call_id error started_at finished_at'],
  research_call: ['research', 'receipt_id run_id section_id'],
  research_event: ['research', 'run_id seq at kind section_id message spent_rmb spent_credit'],
  research_profile: ['research', 'mode section sections input_tokens output_tokens milliseconds'],
  alert_rule: [
    'alerts',
    'id account_id name metric bucket api_key_id project_id route_type model spend_window threshold minimum_requests slower_than_ms emails enabled episode created_at',
  ],
  webhook: ['alerts', 'id account_id url secret_sealed former_secret_sealed former_until created_at'],
  alert: ['alerts', 'id seq rule_id account_id metric message value threshold receipt_id ledger_entry_id raised_at'],
  alert_sequence: ['alerts', 'id last'],
  alert_delivery: ['alerts', 'id alert_id means target state tries next_try_at claim last_result delivered_at'],
  migrations: ['schema', 'id timestamp name'],
};
