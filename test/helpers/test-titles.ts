import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const TEST_ROOT = fileURLToPath(new URL('..', import.meta.url))

/** The titles of all tests in all test files but the named ones, as `titlesIn` finds them. */
export function titlesOfAllTests(except: readonly string[]): readonly string[] {
  return readdirSync(TEST_ROOT, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts') && !except.includes(name))
    .flatMap((name) => titlesIn(readFileSync(join(TEST_ROOT, name), 'utf8')))
}

/** The titles of the tests in a source text that run: not those skipped, left to do, or in a skipped group. */
export function titlesIn(text: string): readonly string[] {
  const source = ts.createSourceFile('a.test.ts', text, ts.ScriptTarget.Latest, true)
  const titles: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const callee = node.expression.getText(source)
      if (/\.(?:skip|todo|fails)\b/.test(callee)) return
      const [title] = node.arguments
      if (/^(?:test|it)\b/.test(callee) && title !== undefined && ts.isStringLiteralLike(title)) {
        titles.push(title.text)
      }
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return titles
}

/** Which ids, written in brackets, the titles carry: `[RS12] a token in the query is refused`. */
export function idsIn(titles: readonly string[], id: RegExp): ReadonlySet<string> {
  const bracketed = new RegExp(`\\[(${id.source})\\]`, 'g')
  return new Set(
    titles.flatMap((title) => [...title.matchAll(bracketed)].map(([, found = '']) => found)),
  )
}
