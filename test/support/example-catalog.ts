/** A catalog that uses most of what a catalog can say, and the surroundings in which it has no fault. */
import type { CatalogSurroundings } from '../../src/catalog-file/parse-catalog';

export const EXAMPLE_CATALOG = `
channels:
  - id: cheap-a
    protocol: openai
    baseUrl: https://cheap-a.example/v1/
    apiKey: \${CHEAP_A_KEY}
    timeouts: { connectMs: 1000 }
  - { id: cheap-b, protocol: anthropic, baseUrl: "https://cheap-b.example", apiKey: sk-b, onClientGone: cancel }
models:
  - { id: gpt-5-mini, contextWindow: 128000, maxOutputTokens: 16384 }
  - { id: org/large@2025, contextWindow: 400000, maxOutputTokens: 32768, mediaPartTokens: 2000 }
routes:
  - model: gpt-5-mini
    type: ORDINARY
    price: { input: "0.80", cachedInput: "0.08", output: "3.20" }
    channels:
      - { channel: cheap-a, upstreamModel: gpt-5-mini-2025-08-07, maxAttempts: 2 }
      - { channel: cheap-b, price: { input: "1.00", output: "4.00", perRequest: "0.01", multiplier: "1.5" } }
  - model: gpt-5-mini
    type: OFFICIAL
    price: { input: "0.25", output: "2.00" }
    channels: [{ channel: cheap-b }]
accounts:
  - id: acme
    name: Acme
    wallets: { RMB: "100" }
    token: acme-management-token
    projects: [{ id: bots, name: Bots, spendLimits: [{ bucket: RMB, window: MONTH, amount: "40.5" }] }]
    keys:
      - { id: chat, name: chat, project: bots, secret: sk-tf-test-chat, routePolicy: ORDINARY_ONLY }
      - id: limited
        name: limited
        projectId: bots
        secret: sk-tf-test-limited
        routePolicy: OFFICIAL_FIRST
        crossBucketFallback: true
        allowedModels: [gpt-5-mini]
        requestsPerMinute: 60
        spendLimits: [{ bucket: RMB, window: DAY, amount: "5" }]
        expiresAt: "2030-01-31T00:00:00+08:00"
research:
  models: { quick: gpt-5-mini, deep: org/large@2025 }
  marketData: { provider: sample }
`;

export const SURROUNDINGS: CatalogSurroundings = {
  lookup: (name) => ({ CHEAP_A_KEY: 'sk-a' })[name],
  checkAddress: (url) => (url.hostname === 'localhost' ? 'points at a private address' : null),
  isFolder: (path) => path === 'prices',
};
