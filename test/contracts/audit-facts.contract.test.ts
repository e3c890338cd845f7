/** Facts that are sealed outside of batches: whatever a gateway may do with their rows afterwards is no finding, and going back is one. */
import { newId } from '../../src/kernel/ids';
import { nano } from '../../src/kernel/money';
import { hashSecret } from '../../src/kernel/secret';
import { TypeormAccountStore } from '../../src/storage/account-store';
import { TypeormApiKeyStore } from '../../src/storage/api-key-store';
import { openAuditDatabase } from '../../src/storage/audit/audit-database';
import { sealNextBlock } from '../../src/storage/audit/seal-batches';
import { SqlTokenStore } from '../../src/storage/management-token-store';
import { SqlRedemptionStore } from '../../src/storage/redemption-store';
import { findingsIn, locationOf, seal } from '../support/audited-ledger';
import { eachDatabase } from '../support/data-sources';
import { aKey } from '../support/key-builders';

const AT = 1_790_000_000_000;
const CODES = 1_200;

eachDatabase('facts that are sealed', (opened, promise) => {
  const found = () => findingsIn(opened.database);
  const code = () =>
    ({ id: newId(), bucket: 'RMB', amount: nano(5n), memo: null, createdAt: AT, expiresAt: null, revokedAt: null }) as const;

  promise('are no findings when a gateway changes their rows, and are when somebody takes that back', async () => {
    const { dataSource, database } = opened;
    const [keys, codes, tokens] = [new TypeormApiKeyStore(dataSource), new SqlRedemptionStore(dataSource), new SqlTokenStore(dataSource)];
    const [key, made] = [aKey({ createdAt: AT }), code()];
    await keys.add({ key, secret: { hash: hashSecret('one'), keyId: key.id, validUntil: null } });
    await codes.add([{ ...made, codeHash: hashSecret('code') }], null);
    const token = { id: newId(), accountId: 'acme', name: 'all', role: 'OWNER', createdAt: AT, expiresAt: null, revokedAt: null } as const;
    await tokens.add(token, hashSecret('token'), null);
    await new TypeormAccountStore(dataSource).add({ id: 'acme', name: 'Acme', createdAt: AT }, [hashSecret('declared')], []);
    expect(await seal(database)).toMatchObject({ batches: 0, facts: 6 });
    await keys.setStatus(key.id, 'PAUSED');
    await keys.change(key.id, (before) => ({ ...before, name: 'other', projectId: null, expiresAt: AT }));
    await keys.rotate({ secret: { hash: hashSecret('two'), keyId: key.id, validUntil: null }, prefix: 'sk-tf-2…', oldValidUntil: AT });
    await keys.setStatus(key.id, 'REVOKED');
    await codes.revoke(made.id, AT);
    for (const id of [token.id, 'acme:catalog']) await tokens.revoke(id, AT);
    expect(await found()).toEqual([]);
    expect(await seal(database)).toMatchObject({ batches: 0, facts: 5 });
    expect(await found()).toEqual([]);
    await database.query("UPDATE api_key SET status = 'ACTIVE'");
    await database.query('UPDATE redemption_code SET revoked_at = NULL');
    for (const table of ['management_token', 'account_token']) await database.query(`UPDATE ${table} SET revoked_at = NULL`);
    expect((await found()).sort()).toEqual([
      `I19 account_token ${hashSecret('declared')}: it was changed after it had been sealed in block 2`,
      `I19 api_key ${key.id}: it was changed after it had been sealed in block 2`,
      `I19 management_token ${token.id}: it was changed after it had been sealed in block 2`,
      `I19 redemption_code ${made.id}: it was changed after it had been sealed in block 2`,
    ]);
    await database.query("UPDATE api_key SET status = 'REVOKED'");
    await database.query(`UPDATE redemption_code SET revoked_at = ${AT}`);
    for (const table of ['management_token', 'account_token']) await database.query(`UPDATE ${table} SET revoked_at = ${AT}`);
    expect(await found()).toEqual([]);
  });

  promise('are all sealed, however many there are, and none twice, also when only those of late are looked at', async () => {
    const { database } = opened;
    const store = new SqlRedemptionStore(opened.dataSource);
    const many = Array.from({ length: CODES }, (_, nth) => ({ ...code(), codeHash: hashSecret(`code ${nth}`) }));
    await store.add(many, null);
    const audited = await openAuditDatabase(locationOf(database));
    let sealed = 0;
    for (;;) {
      const block = await sealNextBlock(audited, { after: '', before: 'g', since: Date.now() - 600_000 }, AT);
      if (block === null) break;
      sealed += block.facts;
    }
    await audited.close();
    expect(sealed).toBe(CODES);
    expect(await found()).toEqual([]);
    await database.query(`UPDATE redemption_code SET amount = 6 WHERE id = '${many[700]?.id}'`);
    expect(await found()).toEqual([expect.stringContaining(`redemption_code ${many[700]?.id}: it was changed`)]);
  });
});
