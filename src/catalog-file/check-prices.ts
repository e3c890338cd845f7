/** Prices by the length of the prompt stand from the lowest threshold to the highest, and no two are for the same one. */
import type { ConfigurationFault } from '../kernel/configuration-error';
import { problemOfOrder } from '../kernel/long-prompts';
import { isRecord } from '../kernel/record';
import { fault } from './fault-paths';
import { entriesOf, type Placed } from './loose';
import { at } from './names';

/** Every fault of the kind in the prices and costs of a catalog of any shape. */
export function checkPrices(tree: unknown): ConfigurationFault[] {
  const root: Placed = { value: tree, path: [] };
  const routes = entriesOf([root], 'routes');
  const steps = entriesOf(routes, 'channels');
  const costs = entriesOf([root], 'channels').map((channel) => at(channel, 'costs'));
  const ofModels = costs.flatMap((byModel) => (isRecord(byModel.value) ? Object.keys(byModel.value).map((name) => at(byModel, name)) : []));
  const prices = [...routes, ...steps].map((owner) => at(owner, 'price'));
  return [...prices, ...steps.map((step) => at(step, 'cost')), ...ofModels].flatMap(outOfOrder);
}

function outOfOrder(price: Placed): ConfigurationFault[] {
  const thresholds = entriesOf([price], 'longPrompts').map((entry) => at(entry, 'above'));
  return thresholds.flatMap(({ value, path }, index) => {
    const before = thresholds[index - 1]?.value;
    const problem = typeof value === 'number' && typeof before === 'number' ? problemOfOrder(value, before) : null;
    return problem === null ? [] : [fault(path, problem)];
  });
}
