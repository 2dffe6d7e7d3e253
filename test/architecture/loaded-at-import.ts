import { readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import ts from 'typescript'

/**
 * The packages that are loaded with a file of ours, itself or over others, each with the file that imports it. Imports of
 * types load nothing, and an `import()` does so later.
 */
export function loadedAtImport(root: string, entry: string): ReadonlyMap<string, string> {
  const packages = new Map<string, string>()
  const files = new Set([entry])
  for (const file of files) {
    for (const specifier of valueImports(join(root, file))) {
      if (specifier.startsWith('.')) {
        const target = relative(root, resolve(root, dirname(file), specifier))
        files.add(target.replace(/\.js$/, '.ts'))
      } else {
        packages.set(packageOf(specifier), file)
      }
    }
  }
  return packages
}

function valueImports(path: string): readonly string[] {
  const { statements } = ts.createSourceFile(
    path,
    readFileSync(path, 'utf8'),
    ts.ScriptTarget.Latest,
  )
  return statements.flatMap((statement) => {
    if (ts.isImportDeclaration(statement)) {
      const typesAlone = statement.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
      return typesAlone ? [] : textOf(statement.moduleSpecifier)
    }
    if (!ts.isExportDeclaration(statement) || statement.isTypeOnly) return []
    return textOf(statement.moduleSpecifier)
  })
}

function textOf(specifier: ts.Expression | undefined): readonly string[] {
  return specifier !== undefined && ts.isStringLiteral(specifier) ? [specifier.text] : []
}

function packageOf(specifier: string): string {
  const parts = specifier.split('/')
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/')
}
