/** The small surfaces: models, health, and paths that do not exist. */
import { get, sdk } from '../support/forge-client';
import { onOneDatabase } from '../support/on-each-database';
import { secretOf } from '../support/shop-catalog';

onOneDatabase('the gateway shows', (bed, promise) => {
  const idsFor = async (keyId: string) => {
    const ids: string[] = [];
    for await (const model of sdk(bed.gateway.origin, secretOf(keyId)).models.list()) ids.push(model.id);
    return ids;
  };

  promise('each key the models that it can call, and no others', async () => {
    expect(await idsFor('narrow')).toEqual(['small']);
    expect(await idsFor('official')).toEqual(['small', 'only-official']);
    expect(await idsFor('chat')).not.toContain('only-official');
    expect(await idsFor('crossing')).toEqual(bed.catalog.models.map(({ id }) => id));
  });

  promise('one model by its id, when the key can call it', async () => {
    expect(await sdk(bed.gateway.origin, secretOf('narrow')).models.retrieve('small')).toMatchObject({ id: 'small', object: 'model' });
    await expect(sdk(bed.gateway.origin, secretOf('narrow')).models.retrieve('vast')).rejects.toMatchObject({
      status: 404,
      code: 'model_not_found',
    });
  });

  promise('no models without a key', async () => {
    const response = await get(bed.gateway.origin, '/v1/models', null);
    expect([response.status, await response.json()]).toMatchObject([401, { error: { code: 'invalid_api_key' } }]);
  });

  promise('that it lives, and that it can settle', async () => {
    for (const path of ['/healthz', '/readyz']) expect((await get(bed.gateway.origin, path, null)).status).toBe(200);
  });

  promise('paths that cannot be read in the shape of OpenAI as well', async () => {
    for (const path of ['/v1/models/%zz', `/v1/receipts/${'x'.repeat(600)}`]) {
      const response = await get(bed.gateway.origin, path, secretOf('chat'));
      expect(response.status).toBe(400);
      expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
      expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error', code: 'invalid_request' } });
    }
  });

  promise('unknown paths in the shape of OpenAI, with a request id', async () => {
    for (const path of ['/', '/v1/nothing', '/v1/runs/x/nothing', '/v1/chat/completions/x']) {
      const response = await get(bed.gateway.origin, path, null);
      expect(response.status).toBe(404);
      expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
      expect(await response.json()).toEqual({
        error: { message: expect.any(String), type: 'invalid_request_error', param: null, code: 'not_found' },
      });
    }
  });

  promise('a method that a path does not take, and those that it takes', async () => {
    for (const [method, path, allow] of [
      ['GET', '/v1/chat/completions', 'POST'],
      ['PUT', '/v1/messages?beta=true', 'POST'],
      ['DELETE', '/v1/runs', 'POST'],
      ['POST', '/v1/runs/run-1', 'GET, HEAD'],
      ['GET', '/v1/runs/run-1/finish', 'POST'],
      ['POST', '/v1/models/vendor/model', 'GET, HEAD'],
      ['OPTIONS', '/v1/key', 'GET, HEAD'],
      ['POST', '/healthz', 'GET, HEAD'],
      ['PATCH', '/graphql', 'GET, POST, HEAD'],
    ] as const) {
      const response = await fetch(`${bed.gateway.origin}${path}`, { method });
      expect([method, path, response.status, response.headers.get('allow')]).toEqual([method, path, 405, allow]);
      expect(response.headers.get('x-should-retry')).toBe('false');
      const { error } = (await response.json()) as { error: { message: string } };
      const [first] = allow.split(', ');
      expect(error).toMatchObject({ type: 'invalid_request_error', message: expect.stringMatching(new RegExp(`: send .*${first}`)) });
    }
  });
});
