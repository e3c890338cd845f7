import { jsonBody } from '../../../test/support/json-body';
import { fc } from '../../../test/support/properties';
import { askedBy } from './asked';

const json = () => fc.jsonValue({ maxDepth: 3 });
const text = () => fc.oneof(fc.string(), fc.constantFrom('data:image/png;base64,aGk=', 'https://x.example/a.png', '{"a":1}', 'c1'));
const some = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const loose = <T>(arbitrary: fc.Arbitrary<T>) => fc.oneof({ weight: 9, arbitrary }, { weight: 1, arbitrary: json() });

const part = () =>
  fc.oneof(
    fc.record({ type: fc.constantFrom('text', 'refusal', 'thinking', 'tool_use', 'tool_result', 'image'), text: loose(text()) }),
    fc.record({ type: fc.constant('image_url'), image_url: loose(fc.record({ url: loose(text()), detail: some(text()) })) }),
    fc.record({ type: fc.constant('tool_result'), tool_use_id: loose(text()), content: loose(text()) }),
    fc.record({ type: fc.constant('tool_use'), id: loose(text()), name: loose(text()), input: json() }),
    json(),
  );
const call = () =>
  fc.record({ id: loose(text()), type: fc.constant('function'), function: loose(fc.record({ name: text(), arguments: loose(text()) })) });
const message = () =>
  fc.record({
    role: fc.constantFrom('system', 'user', 'assistant', 'tool'),
    content: loose(fc.oneof(text(), fc.array(part(), { maxLength: 3 }))),
    tool_calls: some(loose(fc.array(call(), { maxLength: 2 }))),
    tool_call_id: some(loose(text())),
  });
const body = () =>
  fc.record({
    model: fc.constant('m'),
    messages: fc.array(loose(message()), { minLength: 1, maxLength: 4 }),
    tools: some(loose(fc.array(loose(fc.record({ type: fc.constant('function'), name: text(), input_schema: json(), function: json() }))))),
    tool_choice: some(json()),
    response_format: some(
      fc.record({ type: fc.constant('json_schema'), json_schema: fc.record({ name: text(), schema: json(), strict: fc.boolean() }) }),
    ),
    output_config: some(json()),
    thinking: some(json()),
    stop: some(json()),
    seed: some(json()),
  });

describe('whatever a request holds', () => {
  it.each(['chat', 'messages', 'count-tokens', 'embeddings'] as const)(
    '%s is made a request of Gemini, or has an obstacle that is a sentence',
    (operation) => {
      fc.assert(
        fc.property(body(), fc.boolean(), fc.constantFrom('gemini-2.5-flash', 'gemini-3-pro'), (sent, stream, upstreamModel) => {
          const asked = askedBy({
            operation,
            body: jsonBody(JSON.stringify(sent)),
            stream,
            upstreamModel,
            outputLimit: null,
          });
          if ('obstacle' in asked) expect(asked.obstacle).toMatch(/^\S+ .*\.$/s);
          else expect(() => JSON.stringify(asked.body)).not.toThrow();
        }),
        { numRuns: 300 },
      );
    },
  );
});
