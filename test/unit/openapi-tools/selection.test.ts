import { describe, expect, test } from 'vitest'
import { thrownBy } from '../outcomes.js'
import { documentOf, documentWith, toolsOf } from './called-tools.js'

const DOCUMENT = documentWith({
  '/trips': { get: { operationId: 'listTrips', tags: ['trips'] } },
  '/trips/{id}': {
    parameters: [{ name: 'id', in: 'path', required: true, schema: {} }],
    get: { operationId: 'getTrip', tags: ['trips'] },
    delete: { operationId: 'deleteTrip', tags: ['trips', 'Trip planning'] },
  },
  '/old': { get: { operationId: 'old', deprecated: true } },
  '/admin': { get: { operationId: 'admin', 'x-internal': true } },
  '/off': { get: { operationId: 'off', 'x-mcp': false } },
  '/on': { get: { operationId: 'on', 'x-mcp': true } },
})

function selected(
  operations?: string | readonly string[],
  options: Parameters<typeof toolsOf>[1] = {},
): string {
  const { tools } = toolsOf(DOCUMENT, { operations, ...options })
  return tools.map(({ name }) => name).join(' ')
}

describe('the selection of operations', () => {
  test.each([
    [undefined, 'deleteTrip getTrip listTrips on'],
    ['*', 'admin deleteTrip getTrip listTrips old on'],
    ['tag:trips', 'deleteTrip getTrip listTrips'],
    ['!DELETE tag:trips', 'getTrip listTrips'],
    ['GET /trips/**', 'getTrip listTrips'],
    ['GET /trips/*', 'getTrip'],
    ['/trips/**', 'deleteTrip getTrip listTrips'],
    ['id:*Trip', 'deleteTrip getTrip'],
    ['tag:"Trip planning"', 'deleteTrip'],
    ['enabled deprecated', 'old on'],
    [['!GET /trips', 'GET'], 'admin getTrip old on'],
  ])('follows the first rule that fits: %j', (operations, expected) => {
    expect(selected(operations)).toBe(expected)
  })

  test('leaves nothing out without a word: each operation is a tool, or is excluded with reason and cure', () => {
    const { excluded, report } = toolsOf(DOCUMENT)
    expect(report.document).toMatchObject({ operations: 7, tools: 4, excluded: 3 })
    expect(excluded.map(({ path, code, reason }) => [path, code, reason])).toEqual([
      ['/admin', 'not_selected', 'The rule !internal of operations excludes it'],
      ['/off', 'hidden', 'The document says that it is not for tools'],
      ['/old', 'not_selected', 'The rule !deprecated of operations excludes it'],
    ])
    for (const { cure, pointer } of excluded) expect([cure, pointer]).not.toContain('')
  })

  test.each([
    ['x-mcp', 'no', undefined, 'true, false or an object'],
    ['x-mcp', 'yes', 'enabled', 'true, false or an object'],
    ['x-internal', 'no', undefined, 'true or false'],
  ])(
    'names an extension of a wrong form as a fault, with its place and cure, and does not take it for a choice: %s: %s, operations: %s',
    (key, value, operations, form) => {
      const paths = { '/a': { get: { operationId: 'a', [key]: value } } }
      const text = JSON.stringify(documentWith(paths), undefined, 1)
      const line = text.split('\n').findIndex((one) => one.includes(`"${key}"`)) + 1
      const { excluded } = toolsOf(text, { operations })
      expect(excluded).toMatchObject([
        {
          code: 'extension',
          kind: 'fault',
          pointer: `#/paths/~1a/get/${key}`,
          line,
          reason: `${key} is not ${form}`,
          cure: `Make it ${form}`,
        },
      ])
    },
  )

  test('leaves out by choice what has a wrong extension and would not be selected in any case', () => {
    const paths = { '/a': { get: { operationId: 'a', 'x-mcp': 'no', 'x-internal': true } } }
    expect(toolsOf(documentWith(paths)).excluded).toMatchObject([{ kind: 'choice' }])
    const other = { '/a': { get: { operationId: 'a', 'x-mcp': 'no' } } }
    const { excluded } = toolsOf(documentWith(other), { operations: 'tag:b' })
    expect(excluded).toMatchObject([{ kind: 'choice' }])
  })

  test('is not made where x-mcp of the whole document has a wrong form, which is a fault', () => {
    const paths = { '/a': { get: { operationId: 'a' } } }
    const error = thrownBy(() => toolsOf(documentWith(paths, { 'x-mcp': 'false' })))
    expect(String(error)).toContain(
      'x-mcp is not true, false or an object. Make it true or false, or remove it. (#/x-mcp)',
    )
    const { tools } = toolsOf(documentWith(paths, { 'x-mcp': { servers: [] } }))
    expect(tools).toHaveLength(1)
  })

  test('gives way to the curation: hidden, or shown though the document says no', () => {
    const curation = { listTrips: { hidden: true }, 'GET /off': { hidden: false } }
    expect(selected(undefined, { curation })).toBe('deleteTrip getTrip off on')
  })

  test('warns of a rule that fits nothing, and takes a misspelt exclusion for a fault', () => {
    const { faults } = toolsOf(DOCUMENT, { operations: 'tag:tripps *' })
    expect(faults.map(({ message }) => message)).toEqual([
      'The rule tag:tripps of operations fits no operation. Did you mean trips?',
    ])
    const error = thrownBy(() => toolsOf(DOCUMENT, { operations: '!tag:tripps *' }))
    expect(String(error)).toContain('The rule !tag:tripps of operations fits no operation')
  })

  test.each([
    ['bookings', 'is no rule'],
    ['get /trips', 'write the method in capitals'],
    ['depricated', 'did you mean deprecated?'],
  ])('refuses what is no rule: %s', (operations, expected) => {
    expect(String(thrownBy(() => toolsOf(DOCUMENT, { operations })))).toContain(expected)
  })

  test('refuses an entry of the curation that belongs to no operation, since what it hides would be shown', () => {
    const curation = { listTrip: { hidden: true } }
    expect(String(thrownBy(() => toolsOf(DOCUMENT, { curation })))).toContain(
      'The document has no operation listTrip, for which curation has an entry. Did you mean listTrips?',
    )
  })

  test('fails where more tools would come of it than models can choose from, and says how to go on', () => {
    const paths = Object.fromEntries(
      Array.from({ length: 130 }, (_, n) => [`/p${n}`, { get: { operationId: `op${n}` } }]),
    )
    const error = thrownBy(() => toolsOf(documentWith(paths), { maxTools: undefined }))
    expect(String(error)).toContain('130 operations would become tools, more than 128')
    expect(String(error)).toContain('Select fewer with operations')
  })
})

describe('the servers of a document', () => {
  const baseUrl = new URL('https://api.example.com')

  test('[openapi 27] with another path than the address of the API are a fault that names the value to set', () => {
    const document = { ...documentOf(), servers: [{ url: 'https://api.example.com/v1' }] }
    expect(String(thrownBy(() => toolsOf(document, { baseUrl })))).toContain(
      'Set baseUrl to https://api.example.com/v1',
    )
    const right = new URL('https://staging.example.com/v1/')
    expect(toolsOf(document, { baseUrl: right }).faults).toMatchObject([
      { code: 'server', severity: 'warning' },
    ])
  })

  test('[openapi 27] of an operation that are elsewhere leave it out', () => {
    const document = {
      ...documentOf({ servers: [{ url: 'https://evil.example' }] }),
      servers: [{ url: 'https://api.example.com' }],
    }
    for (const options of [{ baseUrl }, {}]) {
      const { tools, excluded } = toolsOf(document, options)
      expect(tools).toEqual([])
      expect(excluded).toMatchObject([
        { code: 'server', reason: 'It has servers of its own: https://evil.example' },
      ])
    }
  })
})
