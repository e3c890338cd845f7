/** Names of the catalog that refer to each other: what is referred to exists, and nothing has the name of another. */
import type { ConfigurationFault } from '../kernel/configuration-error';
import { faultsOfAliases, faultsOfPolicies } from './check-policies';
import { fault } from './fault-paths';
import { entriesOf, field, type Placed, text } from './loose';
import { at, idsOf, listedTwice, type Names, repeatedBy, repeatedIds, unknownName } from './names';

/** Every fault of the names in a catalog of any shape. */
export function checkReferences(tree: unknown): ConfigurationFault[] {
  const root: Placed = { value: tree, path: [] };
  const [channels, models, routes, accounts] = ['channels', 'models', 'routes', 'accounts'].map((name) => entriesOf([root], name));
  const modelIds = idsOf(models ?? []);
  const researchModels = at(at(root, 'research'), 'models');
  return [
    ...repeatedIds(channels ?? [], 'channel'),
    ...repeatedIds(models ?? [], 'model'),
    ...faultsOfAliases(root, modelIds),
    ...faultsOfRoutes(routes ?? [], idsOf(channels ?? []), modelIds),
    ...faultsOfAccounts(accounts ?? [], modelIds),
    ...['quick', 'deep'].flatMap((name) => unknownName(at(researchModels, name), modelIds, 'model')),
  ];
}

function faultsOfRoutes(routes: readonly Placed[], channels: Names, models: Names): ConfigurationFault[] {
  const repeated = repeatedBy(routes, ({ value }) => pairOf(value, 'model', 'type'));
  return [
    ...repeated.map((route) => fault(route.path, `another route has the model and type ${pairOf(route.value, 'model', 'type')}`)),
    ...routes.flatMap((route) => unknownName(at(route, 'model'), models, 'model')),
    ...entriesOf(routes, 'channels').flatMap((step) => unknownName(at(step, 'channel'), channels, 'channel')),
    ...routes.flatMap(repeatedSteps),
  ];
}

/** What failed at a channel fails there again: a second place for it only keeps the client waiting. By another name it is another model. */
function repeatedSteps(route: Placed): ConfigurationFault[] {
  const model = text(field(route.value, 'model'));
  const repeated = repeatedBy(entriesOf([route], 'channels'), ({ value }) => {
    const [channel, upstreamModel] = [text(field(value, 'channel')), text(field(value, 'upstreamModel')) ?? model];
    return channel === undefined ? undefined : `${channel} ${upstreamModel}`;
  });
  return repeated.map((step) => {
    const problem = `another channel of this route is "${text(field(step.value, 'channel'))}" with the same upstreamModel: maxAttempts says how often it is tried`;
    return fault(at(step, 'channel').path, problem);
  });
}

function faultsOfAccounts(accounts: readonly Placed[], models: Names): ConfigurationFault[] {
  const keys = entriesOf(accounts, 'keys');
  const secrets = [...accounts.map((account) => at(account, 'token')), ...keys.map((key) => at(key, 'secret'))];
  return [
    ...repeatedIds(accounts, 'account'),
    ...repeatedIds(entriesOf(accounts, 'projects'), 'project'),
    ...repeatedIds(keys, 'key'),
    ...repeatedBy(secrets, ({ value }) => text(value)).map(({ path }) => fault(path, 'is the secret or token of another one too')),
    ...entriesOf(keys, 'allowedModels').flatMap((model) => unknownName(model, models, 'model')),
    ...keys.flatMap((key) => listedTwice(key, 'allowedModels')),
    ...keys.flatMap((key) => repeatedSpendLimits(key, 'key')),
    ...keys.flatMap((key) => faultsOfPolicies(key, models)),
    ...entriesOf(accounts, 'projects').flatMap((project) => repeatedSpendLimits(project, 'project')),
    ...accounts.flatMap(keysOutOfPlace),
  ];
}

function keysOutOfPlace(account: Placed): ConfigurationFault[] {
  const projects = idsOf(entriesOf([account], 'projects'));
  return entriesOf([account], 'keys').flatMap((key) => [
    ...unknownName(at(key, 'project'), projects, "project of the key's account"),
    ...unknownName(at(key, 'projectId'), projects, "project of the key's account"),
    ...disagreement(at(key, 'projectId'), at(key, 'project'), 'project: write one of the two'),
    ...disagreement(at(key, 'accountId'), at(account, 'id'), 'the id of the account that the key stands under'),
  ]);
}

function disagreement(one: Placed, other: Placed, what: string): ConfigurationFault[] {
  const [left, right] = [text(one.value), text(other.value)];
  return left === undefined || right === undefined || left === right ? [] : [fault(one.path, `must be the same as ${what}`)];
}

function repeatedSpendLimits(owner: Placed, what: 'key' | 'project'): ConfigurationFault[] {
  const repeated = repeatedBy(entriesOf([owner], 'spendLimits'), ({ value }) => pairOf(value, 'bucket', 'window'));
  return repeated.map((limit) =>
    fault(limit.path, `another spend limit of this ${what} is for ${pairOf(limit.value, 'bucket', 'window')}`),
  );
}

function pairOf(value: unknown, first: string, second: string): string | undefined {
  const [left, right] = [text(field(value, first)), text(field(value, second))];
  return left === undefined || right === undefined ? undefined : `${left}:${right}`;
}
