/**
 * The JSON schemas of sections, from the few kinds that every provider's strict mode knows: all properties are required and no
 * others are allowed. Limits of length stay out of them, because not every strict mode takes such words.
 */
export type JsonSchema = Readonly<Record<string, unknown>>;

export function text(description: string): JsonSchema {
  return { type: 'string', description };
}

export function choice(description: string, ...values: readonly string[]): JsonSchema {
  return { type: 'string', enum: values, description };
}

export function flag(description: string): JsonSchema {
  return { type: 'boolean', description };
}

export function number(description: string): JsonSchema {
  return { type: 'number', description };
}

export function list(description: string, items: JsonSchema): JsonSchema {
  return { type: 'array', items, description };
}

export function object(properties: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
}
