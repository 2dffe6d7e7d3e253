import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { ROOT } from '../../scripts/docs/pages.js'

function parsed(path: string): ts.SourceFile {
  return ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true)
}

/** What a file hands on from others: names as they are there, and where that is. */
function handedOn(source: ts.SourceFile): (readonly [name: string, path: string])[] {
  return source.statements.filter(ts.isExportDeclaration).flatMap((statement) => {
    const { exportClause, moduleSpecifier } = statement
    if (moduleSpecifier === undefined || !ts.isStringLiteral(moduleSpecifier)) return []
    const path = join(dirname(source.fileName), moduleSpecifier.text.replace(/\.js$/, '.ts'))
    if (exportClause === undefined || !ts.isNamedExports(exportClause)) {
      throw new Error(`${source.fileName} hands on more than names`)
    }
    return exportClause.elements.map(
      ({ name, propertyName }) => [(propertyName ?? name).text, path] as const,
    )
  })
}

/** The text of the docstring of `name` in the file at `path`, or of the file that has it from there. */
function docstring(name: string, path: string): string {
  const source = parsed(path)
  const declared = source.statements.find((statement) => namesOf(statement).includes(name))
  if (declared === undefined) {
    const further = handedOn(source).find(([handed]) => handed === name)
    if (further === undefined) throw new Error(`${path} exports no ${name}`)
    return docstring(...further)
  }
  const [comment] = ts.getJSDocCommentsAndTags(declared).filter(ts.isJSDoc).slice(-1)
  return ts.getTextOfJSDocComment(comment?.comment) ?? ''
}

function namesOf(statement: ts.Statement): readonly string[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({ name }) => name.getText())
  }
  const named =
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement)
  return named && statement.name !== undefined ? [statement.name.text] : []
}

describe('the public surface', () => {
  const exported = handedOn(parsed(join(ROOT, 'src/index.ts')))

  test('is found', () => {
    expect(exported.map(([name]) => name)).toEqual(
      expect.arrayContaining(['requireBearerAuth', 'OnBehalfOfError', 'FAILURE_CODES', 'Caller']),
    )
  })

  test.each(exported)('%s says in its first sentence what it is', (name, path) => {
    const [paragraph = ''] = docstring(name, path).split('\n\n')
    expect(paragraph.replaceAll('\n', ' ')).toMatch(/^\S.{9,}[.:]/)
  })
})
