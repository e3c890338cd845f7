/** The one schema of a catalog file. Names that refer to each other are checked in `check-references.ts`. */
import { z } from 'zod';
import { account } from './account-schema';
import { modelId } from './fields';
import { channel, model, route } from './routing-schema';

const marketData = z
  .strictObject({
    provider: z
      .enum(['sample', 'csv', 'yahoo', 'stooq'])
      .describe(
        'sample: synthetic, ships with the gateway. csv: files in a folder. yahoo: Yahoo Finance, over the network. stooq: daily prices of stooq.com, over the network.',
      ),
    folder: z
      .string()
      .min(1)
      .optional()
      .describe(
        'With csv: the folder of SYMBOL.csv, from the working directory of the gateway. SYMBOL.fundamentals.json and SYMBOL.news.json may stand beside.',
      ),
    apiKey: z.string().min(1).max(200).optional().describe('With stooq: the key of its website, without which it gives no prices.'),
  })
  .superRefine(({ provider, folder, apiKey }, context) => {
    if (provider === 'csv' && folder === undefined)
      context.addIssue({ code: 'custom', path: ['folder'], message: 'is missing: csv reads files' });
    if (provider !== 'csv' && folder !== undefined)
      context.addIssue({ code: 'custom', path: ['folder'], message: 'belongs to the provider csv' });
    if (provider !== 'stooq' && apiKey !== undefined)
      context.addIssue({ code: 'custom', path: ['apiKey'], message: 'belongs to the provider stooq' });
  })
  .default({ provider: 'sample' })
  .describe('Where prices, fundamentals and news come from; the synthetic sample when left out.');

const research = z.strictObject({
  models: z
    .strictObject({ quick: modelId, deep: modelId })
    .describe('Which model writes: quick the views, facts and the summary, deep the cases, the debate, the risks and the synthesis.'),
  marketData,
});

export const catalogSchema = z
  .strictObject({
    channels: z.array(channel).max(1_000).describe('The upstream accounts that requests may go to.'),
    models: z.array(model).max(5_000).describe('What callers may ask for, in the order in which it is listed to them.'),
    aliases: z
      .record(modelId, modelId)
      .default({})
      .describe('Other names of models: what callers may ask for, and the id of the model that serves it.'),
    routes: z.array(route).max(10_000).describe('How a model is served, and what it costs.'),
    accounts: z.array(account).max(10_000).default([]),
    research: research.optional(),
  })
  .describe('What a Tokens Forge gateway sells, and to whom.');

export type CatalogText = z.output<typeof catalogSchema>;

/** JSON Schema of the file, for editors. */
export function catalogJsonSchema(): object {
  return { title: 'Tokens Forge catalog', ...z.toJSONSchema(catalogSchema, { io: 'input' }) };
}
