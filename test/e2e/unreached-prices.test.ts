/** Prices for prompts that are longer than the model is said to read: nothing is ever held at them, and a start says so. */
import { graph } from '../support/forge-client';
import { OPERATOR_TOKEN, startGateway } from '../support/gateway-process';
import { onEachDatabase } from '../support/on-each-database';

interface Warning {
  readonly prices: readonly { readonly route: string; readonly above: number; readonly contextWindow: number }[];
  readonly of: number;
}

onEachDatabase('a start with prices of prompts beyond the context window', (bed, promise) => {
  const restarted = async () => {
    const { code, stderr } = await bed.gateway.stop();
    bed.gateway = await startGateway(bed.gateway.settings);
    const lines = stderr.split('\n').filter((line) => line.includes('contextWindow'));
    return { code, warnings: lines.map((line) => JSON.parse(line) as Warning) };
  };

  promise(
    'warns once by their routes, of those that were set over the graph as well, and of none that is below it',
    async () => {
      const set = (above: number) =>
        graph(
          bed.gateway.origin,
          OPERATOR_TOKEN,
          `mutation { setPrice(routeId: "small:ORDINARY", price: { input: "1", output: "4", longPrompts: [{ above: ${above}, input: "2", output: "8" }] }) {
            versionId } }`,
        );
      await set(8_000);
      expect(await restarted()).toEqual({ code: 0, warnings: [] });
      await set(7_999);
      const { warnings } = await restarted();
      expect(warnings).toMatchObject([{ prices: [{ route: 'small:ORDINARY', above: 8_000, contextWindow: 8_000 }], of: 1 }]);
      expect(await restarted()).toEqual({ code: 0, warnings: [] });
    },
    600_000,
  );
});
