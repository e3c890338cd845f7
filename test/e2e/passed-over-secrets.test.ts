/** A key or an account is told in the catalog once: a start says of another secret there that it opens nothing. */
import { graph } from '../support/forge-client';
import { OPERATOR_TOKEN, startGateway } from '../support/gateway-process';
import { onEachDatabase } from '../support/on-each-database';
import { secretOf, type shopCatalog } from '../support/shop-catalog';

type ShopCatalog = ReturnType<typeof shopCatalog>;

onEachDatabase('a start with other secrets of what there is', (bed, promise) => {
  const restarted = async (catalog: ShopCatalog = bed.catalog) => {
    await bed.gateway.stop();
    bed.gateway = await startGateway({ ...bed.gateway.settings, catalog });
    const said = bed.gateway.stderr.split('\n').filter((line) => line.includes('open nothing'));
    return said.map((line) => JSON.parse(line) as { readonly accounts: string[]; readonly keys: string[]; readonly of: number });
  };
  const rewritten = (from: string, to: string): ShopCatalog => JSON.parse(JSON.stringify(bed.catalog).replaceAll(`"${from}"`, `"${to}"`));

  promise('names the key, which opens with its own still, and shows no secret', async () => {
    expect(await restarted()).toEqual([]);
    const said = await restarted(rewritten(secretOf('leaver'), 'sk-tf-another-secret-of-it'));
    expect(said).toMatchObject([{ accounts: [], keys: ['leaver'], of: 1 }]);
    expect(bed.gateway.stderr).not.toMatch(/sk-tf-/);
    const asked = await fetch(`${bed.gateway.origin}/v1/key`, { headers: { authorization: `Bearer ${secretOf('leaver')}` } });
    expect(asked.status).toBe(200);
  });

  promise('says nothing of a secret that was replaced over the graph, and is in the file still', async () => {
    await graph(bed.gateway.origin, OPERATOR_TOKEN, 'mutation { rotateApiKey(id: "leaver") { apiKey { id } } }');
    await graph(bed.gateway.origin, OPERATOR_TOKEN, 'mutation { revokeAccountToken(id: "globex:catalog") { id } }');
    expect(await restarted()).toEqual([]);
  });

  promise('names the account of another token', async () => {
    expect(await restarted(rewritten(bed.catalog.accounts[1]?.token ?? '', 'another-token-of-globex'))).toMatchObject([
      { accounts: ['globex'], keys: [], of: 1 },
    ]);
  });
});
