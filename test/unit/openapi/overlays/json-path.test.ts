import { createRequire } from 'node:module'
import { describe, expect, test } from 'vitest'
import type { Json } from '../../../../src/openapi/json.js'
import { JSON_PATH_LIMITS, parseJsonPath } from '../../../../src/openapi/json-path/json-path.js'

/** A case of the compliance test suite of JSONPath, which comes with the parser's package. */
interface ComplianceCase {
  readonly name: string
  readonly selector: string
  readonly document?: Json
  readonly result?: readonly Json[]
  readonly results?: readonly (readonly Json[])[]
  readonly invalid_selector?: boolean
}

const require = createRequire(import.meta.url)
const suite = require
  .resolve('jsonpath-rfc9535/package.json')
  .replace('package.json', 'src/__tests__/jsonpath-compliance-test-suite/cts.json')
const { tests } = require(suite) as { readonly tests: readonly ComplianceCase[] }

const at = (root: Json, path: readonly (string | number)[]): Json =>
  path.reduce<Json>((value, key) => (value as Record<string | number, Json>)[key] ?? null, root)

/** Without repeated nodes, and in any order: neither means anything to an overlay. */
const asSet = (values: readonly Json[]): readonly string[] =>
  [...new Set(values.map((value) => JSON.stringify(value)))].sort()

/** Whether an expression selects what the suite says, or is refused where it says so. */
function isMet(one: ComplianceCase): boolean {
  const path = parseJsonPath(one.selector)
  if (one.invalid_selector === true) return path === undefined
  const document = one.document ?? null
  const selected = path?.select(document)
  if (selected === undefined || selected === 'too_much') return false
  const found = asSet(selected.map((keys) => at(document, keys)))
  return (one.results ?? [one.result ?? []]).some(
    (wanted) => JSON.stringify(asSet(wanted)) === JSON.stringify(found),
  )
}

test('the compliance test suite of JSONPath is met', () => {
  expect(tests.length).toBeGreaterThan(600)
  expect(tests.filter((one) => !isMet(one)).map(({ name }) => name)).toEqual([])
})

describe('the work of an expression is bounded', () => {
  const wide = Array.from({ length: 300 }, () => ({
    a: [1, 2, 3],
    b: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!',
  }))

  test.for([
    ['paths that multiply', '$..[*,*]..[*,*]..[*,*]'],
    ['a filter that looks at the whole document for each node', '$..[?count($..*) < 0]'],
    ['filters within filters', '$..[?@..[?$..[?count($..*) < 0]]]'],
  ] as const)('in steps: %s', ([, expression]) => {
    const limits = { ...JSON_PATH_LIMITS, steps: 10_000 }
    expect(parseJsonPath(expression, limits)?.select(wide)).toBe('too_much')
  })

  test('in selected nodes', () => {
    const limits = { ...JSON_PATH_LIMITS, nodes: 100 }
    expect(parseJsonPath('$[*]', limits)?.select(wide)).toBe('too_much')
  })

  test('in time, for patterns of exponential time', () => {
    const limits = { ...JSON_PATH_LIMITS, timeoutMs: 50 }
    expect(parseJsonPath("$[?search(@.b, '^(a+)+$')]", limits)?.select(wide)).toBe('too_much')
  })

  test('in characters', () => {
    expect(parseJsonPath(`$${'.a'.repeat(2_000)}`)).toBeUndefined()
  })
})

test('what a document inherits is no member of it', () => {
  expect(parseJsonPath('$.constructor')?.select({})).toEqual([])
  expect(parseJsonPath("$['__proto__']")?.select({ a: 1 })).toEqual([])
  const own = JSON.parse('{"__proto__":{"a":1}}') as Json
  expect(parseJsonPath("$['__proto__'].a")?.select(own)).toEqual([['__proto__', 'a']])
})

test('match has to fit the whole text in each of its alternatives', () => {
  expect(parseJsonPath("$[?match(@, 'a|b')]")?.select(['ax', 'xb', 'b'])).toEqual([[2]])
})
