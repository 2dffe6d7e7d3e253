import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { ROOT } from '../../../scripts/docs/pages.js'
import { FAILURE_REASONS } from '../../../src/failures/failure-reasons.js'
import { compileErrors } from '../../helpers/compile-errors.js'

const LISTED: ReadonlySet<string> = new Set(Object.values(FAILURE_REASONS).flat())

/** What ships, but for the list itself. */
const SOURCES = ['src', 'middleware', 'routes']
  .flatMap((place) =>
    readdirSync(join(ROOT, place), { recursive: true, encoding: 'utf8' }).map((name) =>
      join(ROOT, place, name),
    ),
  )
  .filter((path) => path.endsWith('.ts') && !path.endsWith('failure-reasons.ts'))
  .map((path) =>
    ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true),
  )

function nodesOf(source: ts.SourceFile): readonly ts.Node[] {
  const found: ts.Node[] = []
  const visit = (node: ts.Node): void => {
    found.push(node)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

const NODES = SOURCES.flatMap(nodesOf)

/** The literal reasons given to `new OnBehalfOfError(code, { reason })`. */
function reasonGiven(node: ts.Node): readonly string[] {
  if (!ts.isNewExpression(node) || node.expression.getText() !== 'OnBehalfOfError') return []
  const details = node.arguments?.[1]
  if (details === undefined || !ts.isObjectLiteralExpression(details)) return []
  return details.properties
    .filter(ts.isPropertyAssignment)
    .filter(({ name }) => name.getText() === 'reason')
    .flatMap(({ initializer }) => (ts.isStringLiteral(initializer) ? [initializer.text] : []))
}

describe('the reasons of failures', () => {
  test('each reason that the source gives to a failure is listed', () => {
    const given = NODES.flatMap(reasonGiven)
    expect(given.length).toBeGreaterThan(30)
    expect(given.filter((reason) => !LISTED.has(reason))).toEqual([])
  })

  test('each listed reason is used in the source', () => {
    const texts = new Set(NODES.filter(ts.isStringLiteral).map(({ text }) => text))
    expect([...LISTED].filter((reason) => !texts.has(reason))).toEqual([])
  })

  test('no part of the list has a reason twice, and each reason is made of lower-case words', () => {
    for (const reasons of Object.values<readonly string[]>(FAILURE_REASONS)) {
      expect(new Set(reasons).size).toBe(reasons.length)
      for (const reason of reasons) expect(reason).toMatch(/^[a-z]+(?:_[a-z]+)*$/)
    }
  })

  const errors = (reason: string): readonly string[] =>
    compileErrors(`
      import { OnBehalfOfError } from '../src/failures/errors.js'
      export const status: number = 503
      export const text: string = 'timed_out'
      export const failure = new OnBehalfOfError('exchange_unavailable', { reason: ${reason} })
      export const same = failure.details.reason === ${reason}
    `)

  test('a listed reason compiles', () => {
    expect(errors("'timed_out'")).toEqual([])
  })

  test('a reason that is not listed does not compile, neither given nor compared', () => {
    expect(errors("'made_up'")).toEqual([
      expect.stringMatching(/^TS2322: Type '"made_up"' is not assignable/),
      expect.stringMatching(/^TS2367: This comparison appears to be unintentional/),
    ])
  })

  test('a reason that is made from a template does not compile', () => {
    const [given] = errors('`status_${status}`')
    expect(given).toMatch(/^TS2322: Type '`status_\$\{number\}`' is not assignable/)
  })

  test('a reason that is any text does not compile', () => {
    expect(errors('text')[0]).toMatch(/^TS2322: Type 'string' is not assignable/)
  })
})
