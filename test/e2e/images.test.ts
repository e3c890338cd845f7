/** Pictures: priced by the picture, by the request or by their tokens, held for in full, and never sold without a price. */
import { imagesAnswer } from '../support/endpoint-answers';
import { graph, post, receipt, sdk } from '../support/forge-client';
import { onOneDatabase } from '../support/on-each-database';
import { secretOf, tokenOf } from '../support/shop-catalog';

const CHAT = secretOf('chat');

onOneDatabase('pictures', (bed, promise) => {
  const paint = (body: object) => post(bed.gateway.origin, '/v1/images/generations', CHAT, { prompt: 'a red cat', ...body });
  const receiptOf = (response: Response) => receipt(bed.gateway.origin, CHAT, response.headers.get('x-request-id'));

  promise('are charged by the picture where the provider counts no tokens, and held for by the picture', async () => {
    bed.a.next(imagesAnswer(3, null));
    const { data, response } = await sdk(bed.gateway.origin, CHAT)
      .images.generate({ model: 'painter', prompt: 'a red cat', n: 3, size: '1024x1024' })
      .withResponse();
    expect(data.data).toHaveLength(3);
    expect(response.headers.get('x-forge-charge')).toBe('0.06');
    expect(bed.a.requests.at(-1)).toMatchObject({ path: '/v1/images/generations', body: { model: 'painter', n: 3, size: '1024x1024' } });
    expect(await receiptOf(response)).toMatchObject({
      endpoint: '/v1/images/generations',
      usage: { inputTokens: 3, outputTokens: 0, source: 'COUNTED', classes: { images: 3 } },
      price: { classes: { perImage: '0.02' } },
      hold: { amount: '0.06', state: 'SETTLED' },
      lines: [
        { label: 'input tokens', amount: '0' },
        { label: 'images: 3', tokens: null, amount: '0.06' },
      ],
      charge: '0.06',
    });
  });

  promise('are charged for those that were made, when fewer were made than asked for', async () => {
    bed.a.next(imagesAnswer(1, null));
    expect(await receiptOf(await paint({ model: 'painter', n: 2 }))).toMatchObject({ hold: { amount: '0.04' }, charge: '0.02' });
  });

  promise('never cost more than was held, when more are made than asked for', async () => {
    bed.a.next(imagesAnswer(4, null));
    const story = await receiptOf(await paint({ model: 'painter', n: 2 }));
    expect(story).toMatchObject({ hold: { amount: '0.04' }, charge: '0.04' });
    expect(story.lines.at(-1)).toMatchObject({ label: 'above the hold, borne by the operator', amount: '-0.04' });
  });

  promise(
    'are held for in the number that a series may have, and charged for those that were made: not for those that a filter stopped',
    async () => {
      const stopped = {
        error: { code: 'OutputImageSensitiveContentDetected', message: 'The output image may contain sensitive information.' },
      };
      const usage = { generated_images: 3, output_tokens: 12_480, total_tokens: 12_480 };
      const data = [{ url: 'https://one.test' }, stopped, { url: 'https://two.test' }, { url: 'https://three.test' }];
      bed.a.next({ raw: [JSON.stringify({ model: 'theirs', created: 1, data, usage })] });
      const series = { sequential_image_generation: 'auto', sequential_image_generation_options: { max_images: 4 } };
      const response = await paint({ model: 'painter', ...series });
      expect(await response.json()).toMatchObject({ data });
      expect(await receiptOf(response)).toMatchObject({ usage: { classes: { images: 3 } }, hold: { amount: '0.08' }, charge: '0.06' });
    },
  );

  promise(
    'are a failure at no charge where a filter stopped all of them, in the words of the provider, and try no other channel',
    async () => {
      const data = [
        { error: { code: 'OutputImageSensitiveContentDetected', message: 'The output image may contain sensitive information.' } },
      ];
      bed.a.next({ raw: [JSON.stringify({ created: 1, data, usage: { generated_images: 0, output_tokens: 0, total_tokens: 0 } })] });
      const response = await paint({ model: 'painter' });
      const story = await receiptOf(response);
      expect(story).toMatchObject({ status: 'FAILED', charge: '0', attempts: [{ errorCode: 'OutputImageSensitiveContentDetected' }] });
    },
  );

  promise('are charged by their tokens at the price of pictures, cost in the usage', async () => {
    const details = { text_tokens: 4, image_tokens: 0 };
    bed.a.next(imagesAnswer(1, { input_tokens: 4, output_tokens: 1_000, total_tokens: 1_004, input_tokens_details: details }));
    const response = await paint({ model: 'token-painter' });
    // 4 × 1000 + 1000 × 40000 nano.
    expect(await response.json()).toMatchObject({ usage: { output_tokens: 1_000, cost: '0.040004', cost_currency: 'CNY' } });
    expect(await receiptOf(response)).toMatchObject({
      usage: { outputTokens: 1_000, source: 'PROVIDER', classes: { images: 1, imageOutputTokens: 1_000 } },
      // 16 and 9 of input, 2000 of output at the price of pictures.
      hold: { amount: '0.080025' },
      charge: '0.040004',
    });
  });

  promise(
    'are charged by their tokens at the price of output, where the price names no more; counted here where the provider counts none',
    async () => {
      bed.a.next(imagesAnswer(1, { input_tokens: 4, output_tokens: 200, total_tokens: 204 }));
      expect(await receiptOf(await paint({ model: 'small' }))).toMatchObject({
        usage: { inputTokens: 4, outputTokens: 200, source: 'PROVIDER' },
        charge: '0.000804',
      });
      bed.a.next(imagesAnswer(1, { generated_images: 1, output_tokens: 200, total_tokens: 200 }));
      expect(await receiptOf(await paint({ model: 'small' }))).toMatchObject({
        usage: { inputTokens: 0, outputTokens: 200, source: 'PROVIDER' },
        charge: '0.0008',
      });
      bed.a.next(imagesAnswer(1, null));
      expect(await receiptOf(await paint({ model: 'small', quality: 'low', size: '1024x1024' }))).toMatchObject({
        usage: { inputTokens: 3, outputTokens: 272, source: 'COUNTED' },
        charge: '0.001091',
      });
    },
  );

  promise('show in the graph what they used, what it costs, and what it cost the operator', async () => {
    bed.a.next(imagesAnswer(2, null));
    const response = await paint({ model: 'painter', n: 2 });
    await response.text();
    const query = `{ receipt(id: "${response.headers.get('x-request-id')}") {
      usage { classes { images audioInputTokens } } price { classes { perImage perSecond } } } }`;
    expect((await graph<{ receipt: object }>(bed.gateway.origin, tokenOf('acme'), query)).receipt).toEqual({
      usage: { classes: { images: 2, audioInputTokens: null } },
      price: { classes: { perImage: '0.02', perSecond: null } },
    });
    const [row] = await bed.database.query(
      `SELECT cost, cost_currency FROM attempt WHERE receipt_id = '${response.headers.get('x-request-id')}'`,
    );
    expect([BigInt(row?.['cost'] ?? 0), row?.['cost_currency']]).toEqual([20_000_000n, 'CNY']);
  });

  promise('are not sold on a route whose price has nothing for them, and nothing is held or sent', async () => {
    const before = bed.a.requests.length;
    const response = await paint({ model: 'free' });
    const { error } = (await response.json()) as { error: { code: string; message: string } };
    expect([response.status, error.code]).toEqual([400, 'endpoint_not_supported']);
    expect(error.message).toContain('perImage or imageOutput or output above zero or perRequest');
    expect(await receiptOf(response)).toMatchObject({ stopReason: 'REFUSED', bucket: 'RMB', hold: null, charge: '0' });
    expect(bed.a.requests).toHaveLength(before);
  });

  promise('are refused for a wrong member by its name', async () => {
    for (const [body, param] of [
      [{ prompt: '' }, 'prompt'],
      [{ n: 11 }, 'n'],
      [{ stream: true }, 'stream'],
    ] as const) {
      const response = await paint({ model: 'painter', ...body });
      expect([response.status, await response.json()]).toMatchObject([400, { error: { code: 'invalid_request', param } }]);
    }
  });
});
