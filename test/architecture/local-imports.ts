import { readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import ts from 'typescript'

/** The entry points under the names by which the examples import them. */
const BY_NAME: Readonly<Record<string, string>> = {
  'mcp-on-behalf-of': 'src/index.ts',
  'mcp-on-behalf-of/errors': 'src/failures/errors.ts',
  'mcp-on-behalf-of/metrics': 'src/metrics.ts',
  'mcp-on-behalf-of/openapi': 'src/openapi.ts',
  'mcp-on-behalf-of/revocation': 'src/revocation.ts',
  'mcp-on-behalf-of/server': 'src/server.ts',
}

/**
 * The files of ours that a file imports, from `root`, in whatever way: statically, by a re-export, dynamically, and as
 * types (`import type`, `import('./a.js').A`).
 */
export function localImports(root: string, file: string): readonly string[] {
  const text = readFileSync(join(root, file), 'utf8')
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest)
  const found = new Set<string>()
  const visit = (node: ts.Node): void => {
    const target = targetOf(specifierIn(node), { root, file })
    if (target !== undefined) found.add(target)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return [...found]
}

function specifierIn(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return node.argument.literal
  const dynamic = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
  return dynamic ? node.arguments[0] : undefined
}

function targetOf(
  specifier: ts.Node | undefined,
  { root, file }: { readonly root: string; readonly file: string },
): string | undefined {
  if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return undefined
  const { text } = specifier
  if (!text.startsWith('.')) return BY_NAME[text]
  return relative(root, resolve(root, dirname(file), text)).replace(/\.js$/, '.ts')
}
