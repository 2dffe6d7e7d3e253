import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readOpenApi } from '../../../src/openapi/read-openapi.js'
import type { OpenApiOperation } from '../../../src/openapi/operation.js'
import { calledOptions } from '../../../src/openapi-tools/called-options.js'
import { chooseOperations } from '../../../src/openapi-tools/choose-operations.js'
import { createCuration } from '../../../src/openapi-tools/curation.js'
import { parseSelection } from '../../../src/openapi-tools/selection-rules.js'
import { unlockedOperations } from '../../../src/openapi-tools/unlocked-operations.js'
import { thrownBy } from '../outcomes.js'
import { documentWith, toolsOf } from './called-tools.js'

type Needs = readonly (readonly string[])[]

function needing(needs: readonly Needs[]): readonly Pick<OpenApiOperation, 'security'>[] {
  return needs.map((alternatives) => ({
    security: {
      source: 'operation',
      alternatives: alternatives.map((api) => ({ api, schemes: [], pointer: '#' })),
      public: false,
      optional: false,
    },
  }))
}

test('The operations that scopes unlock are those with an alternative that the scopes cover', () => {
  const scopes = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 4 })
  const needs = fc.array(fc.array(scopes, { minLength: 1, maxLength: 4 }), { maxLength: 8 })
  fc.assert(
    fc.property(needs, scopes, (all, held) => {
      const covered = all.filter((alternatives) =>
        alternatives.some((wanted) => wanted.every((scope) => held.includes(scope))),
      )
      expect(unlockedOperations(needing(all))(held)).toBe(covered.length)
    }),
  )
})

test('The operations that scopes unlock are counted at once among 60,000 alternatives', () => {
  const sets = Array.from({ length: 3_000 }, (_, operation) =>
    Array.from({ length: 20 }, (__, index) => [`own${operation}`, `one${index}`, 'all']),
  )
  const unlocked = unlockedOperations(needing(sets))
  for (const set of sets.flat()) expect(unlocked(set)).toBe(1)
})

const LARGE = {
  type: 'object',
  properties: Object.fromEntries(
    Array.from({ length: 50 }, (_, index) => [`p${index}`, { type: 'string' }]),
  ),
}

/** POST operations whose body is one schema of the components. */
function sharing(count: number) {
  const schema = { $ref: '#/components/schemas/Large' }
  const paths = Array.from({ length: count }, (_, index) => [
    `/a${index}`,
    {
      post: {
        operationId: `a${index}`,
        requestBody: { content: { 'application/json': { schema } } },
      },
    },
  ])
  const document = documentWith(Object.fromEntries(paths) as Readonly<Record<string, unknown>>)
  const components = { ...(document['components'] as object), schemas: { Large: LARGE } }
  return { ...document, components }
}

test('A schema that several operations share is converted once', () => {
  const { report } = toolsOf(sharing(2))
  const [first, second] = report.tools.map(
    ({ inputSchema }) => (inputSchema['properties'] as Readonly<Record<string, unknown>>)['body'],
  )
  expect(first).toMatchObject({ type: 'object', properties: { p49: { type: 'string' } } })
  expect(second).toBe(first)
})

test('No more operations are planned than it takes to see that they are too many', () => {
  const reading = readOpenApi(sharing(30), { name: 'api' })
  if (reading.document === undefined) throw new Error('no document')
  let planned = 0
  const { toInputSchemas } = reading.document
  const document = {
    ...reading.document,
    toInputSchemas: (...given: Parameters<typeof toInputSchemas>) => {
      planned += 1
      return toInputSchemas(...given)
    },
  }
  const parsed = parseSelection('*')
  const called = calledOptions({ api: 'api' })
  const { callables, beyond } = chooseOperations(reading, {
    document,
    keyHeader: undefined,
    selection: {
      rules: 'rules' in parsed ? parsed.rules : [],
      curation: createCuration({ a29: { fixed: { body: {} } } }, 'curation'),
      called: 'operations',
    },
    called,
    baseUrl: undefined,
    maxTools: 10,
  })
  // One with fixed values is planned in any case: they may be wrong.
  expect([planned, callables.length, beyond.length]).toEqual([12, 12, 18])
})

test('A document with too many operations is refused with its other faults beside', () => {
  const options = {
    maxTools: 10,
    curation: { a1x: {}, a29: { fixed: { bodie: 1 } } },
    serverScopes: { pairs: {} },
  }
  const message = String(thrownBy(() => toolsOf(sharing(30), options)))
  expect(message).toContain('Up to 30 operations would become tools, more than 10')
  expect(message).toContain('The document has no operation a1x')
  expect(message).toContain('POST /a29 has no argument bodie that could be fixed')
  expect(message).toContain(
    'serverScopes has no scope of this server for read, which is needed by POST /a0, POST /a1, POST /a2 and 27 more',
  )
})
