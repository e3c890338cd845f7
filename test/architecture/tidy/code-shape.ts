/** Sizes and documentation of code, read from its syntax tree. */
import ts from 'typescript';
import { parse, type SourceFile } from './source-files';

export function lineCount(text: string): number {
  return text.replace(/\n$/, '').split('\n').length;
}

/** Functions longer than the limit, as `path:line name is N lines long`. */
export function longFunctionsIn(file: SourceFile, limit: number): string[] {
  const source = parse(file);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node)) {
      const first = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
      const length = source.getLineAndCharacterOfPosition(node.end).line + 2 - first;
      if (length > limit) found.push(`${file.path}:${first} ${nameOf(node, source)} is ${length} lines long`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Exports without a doc comment, in a file that has no header comment either, as `path: name`. */
export function undocumentedExportsIn(file: SourceFile): string[] {
  const source = parse(file);
  if (ts.getLeadingCommentRanges(file.text, 0) !== undefined) return [];
  return source.statements
    .filter((statement) => isExported(statement) && ts.getJSDocCommentsAndTags(statement).length === 0)
    .map((statement) => `${file.path}: ${nameOf(statement, source)}`);
}

function isExported(node: ts.Statement): boolean {
  return ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword);
}

function nameOf(node: ts.Node, source: ts.SourceFile): string {
  if (ts.isVariableStatement(node)) return node.declarationList.declarations.map((each) => each.name.getText(source)).join(', ');
  const named = (node as { name?: ts.Node }).name ?? (node.parent as { name?: ts.Node } | undefined)?.name;
  return named?.getText(source) ?? 'a function without a name';
}
