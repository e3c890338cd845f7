/** The one schema of a catalog file. Names that refer to each other are checked in `check-references.ts`. */
import { z } from 'zod';
import { account } from './account-schema';
import { modelId } from './fields';
import { channel, model, route } from './routing-schema';

const research = z.strictObject({
  models: z
    .strictObject({ quick: modelId, deep: modelId })
    .describe('Which model writes: quick for the plan and short sections, deep for the rest.'),
  marketData: z.strictObject({ provider: z.enum(['sample', 'csv', 'yahoo', 'stooq']) }).describe('Where prices come from.'),
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
