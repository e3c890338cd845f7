/**
 * JSON schemas of types in the declarations of a package. The declarations of provider SDKs are generated from the providers'
 * published API descriptions, so an answer that keeps to the type keeps to the description: required members, types, values.
 */
import { join } from 'node:path';
import Ajv, { type ValidateFunction } from 'ajv';
import ts from 'typescript';

const PACKAGES = join(__dirname, '..', 'node_modules');

export interface DeclaredType {
  /** From `test/node_modules`. */
  readonly file: string;
  readonly name: string;
  /** Members that the SDK adds to what came. */
  readonly added?: readonly string[];
  /** Members that may be null may be left out as well: the SDK says null for what its provider has not always sent. */
  readonly nullMayLack?: boolean;
}

/** Checks of all the types at once: reading declarations is what takes time. */
export function checksOf<T extends string>(types: Readonly<Record<T, DeclaredType>>): Record<T, ValidateFunction> {
  const entries = Object.entries<DeclaredType>(types);
  const files = [...new Set(entries.map(([, { file }]) => join(PACKAGES, file)))];
  const program = ts.createProgram(files, OPTIONS, hostOfTypes());
  const checker = program.getTypeChecker();
  const ajv = new Ajv({ allErrors: true, strict: false });
  const made = entries.map(([key, { file, name, added = [], nullMayLack = false }]) => {
    const source = program.getSourceFile(join(PACKAGES, file));
    const symbol = source && checker.getSymbolAtLocation(source);
    const found = symbol && checker.getExportsOfModule(symbol).find((each) => each.name === name);
    if (found === undefined) throw new Error(`${file} exports no ${name}`);
    return [key, ajv.compile(new SchemaMaker(checker, added, nullMayLack).whole(checker.getDeclaredTypeOfSymbol(found)))] as const;
  });
  return Object.fromEntries(made) as Record<T, ValidateFunction>;
}

const OPTIONS: ts.CompilerOptions = { strict: true, types: [], skipLibCheck: true, lib: ['lib.es5.d.ts'], target: ts.ScriptTarget.ES2022 };
/** What answers are declared with: other types of the API, and none of the client that asks for them. */
const NOT_OF_THE_API = /^[^.]|\/(core|internal|lib|client)\b/;

function hostOfTypes(): ts.CompilerHost {
  const host = ts.createCompilerHost(OPTIONS);
  host.resolveModuleNameLiterals = (names, from) =>
    names.map(({ text }) => ({
      resolvedModule: NOT_OF_THE_API.test(text) ? undefined : ts.resolveModuleName(text, from, OPTIONS, host).resolvedModule,
    }));
  return host;
}

/** What a value breaks, as `/choices/0/message: must have required property 'refusal'`; nothing when it keeps to the type. */
export function broken(check: ValidateFunction, value: unknown): string[] {
  if (check(value)) return [];
  // Each alternative that does not fit is an error of its own.
  return [...new Set((check.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`))];
}

type Schema = Record<string, unknown>;

class SchemaMaker {
  private readonly definitions: Record<string, Schema> = {};
  private readonly names = new Map<ts.Type, string>();

  constructor(
    private readonly checker: ts.TypeChecker,
    private readonly added: readonly string[],
    private readonly nullMayLack: boolean,
  ) {}

  whole(type: ts.Type): Schema {
    return { ...this.schemaOf(type), definitions: this.definitions };
  }

  private schemaOf(type: ts.Type): Schema {
    if (type.isStringLiteral() || type.isNumberLiteral()) return { const: type.value };
    if (type.isUnion()) return { anyOf: type.types.map((each) => this.schemaOf(each)) };
    const { flags } = type;
    if (flags & ts.TypeFlags.BooleanLiteral) return { const: this.checker.typeToString(type) === 'true' };
    if (flags & ts.TypeFlags.StringLike) return { type: 'string' };
    if (flags & ts.TypeFlags.NumberLike) return { type: 'number' };
    if (flags & ts.TypeFlags.BooleanLike) return { type: 'boolean' };
    if (flags & ts.TypeFlags.Null) return { type: 'null' };
    if (flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Never)) return { not: {} };
    // `string & {}`: any string, beside those that are named.
    if (type.isIntersection() && type.types.some((each) => each.flags & ts.TypeFlags.String)) return { type: 'string' };
    if (flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) return this.referenceTo(type);
    return {};
  }

  /** By name, for types that hold themselves. */
  private referenceTo(type: ts.Type): Schema {
    const name = this.names.get(type) ?? `t${this.names.size}`;
    if (!this.names.has(type)) {
      this.names.set(type, name);
      this.definitions[name] = this.objectOf(type);
    }
    return { $ref: `#/definitions/${name}` };
  }

  private objectOf(type: ts.Type): Schema {
    if (this.checker.isArrayType(type)) {
      const [item] = this.checker.getTypeArguments(type as ts.TypeReference);
      return { type: 'array', items: item === undefined ? {} : this.schemaOf(item) };
    }
    const members = this.checker.getPropertiesOfType(type).filter(({ name }) => !this.added.includes(name));
    const values = this.checker.getIndexInfoOfType(type, ts.IndexKind.String);
    return {
      type: 'object',
      properties: Object.fromEntries(members.map((member) => [member.name, this.schemaOf(this.checker.getTypeOfSymbol(member))])),
      required: members.filter((member) => !this.mayLack(member)).map(({ name }) => name),
      ...(values === undefined || members.length > 0 ? {} : { additionalProperties: this.schemaOf(values.type) }),
    };
  }

  private mayLack(member: ts.Symbol): boolean {
    if ((member.flags & ts.SymbolFlags.Optional) !== 0) return true;
    const type = this.checker.getTypeOfSymbol(member);
    return this.nullMayLack && type.isUnion() && type.types.some((each) => each.flags & ts.TypeFlags.Null);
  }
}
