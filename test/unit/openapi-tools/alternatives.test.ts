import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { thrownBy } from '../outcomes.js'
import { documentWith, toolsOf } from './called-tools.js'

const EXAMPLES = new URL('../../../node_modules/@readme/oas-examples/', import.meta.url)
const GALAXY = new URL('../../../node_modules/@scalar/galaxy/dist/3.1.yaml', import.meta.url)

/** Operations by the alternatives of API scopes that each accepts. */
function needing(needs: Readonly<Record<string, readonly (readonly string[])[]>>) {
  const paths = Object.entries(needs).map(([id, alternatives]) => [
    `/${id}`,
    { get: { operationId: id, security: alternatives.map((oauth) => ({ oauth })) } },
  ])
  return documentWith(Object.fromEntries(paths) as object as Readonly<Record<string, unknown>>)
}

function chosenOf(document: object, options: Parameters<typeof toolsOf>[1] = {}) {
  const { report } = toolsOf(document, options)
  return Object.fromEntries(report.tools.map(({ name, alternatives }) => [name, alternatives]))
}

describe('what an operation needs', () => {
  test('[openapi 3] is read from schemes that are wanted together and from alternatives', () => {
    const text = readFileSync(new URL('3.0/json/security-multiple.json', EXAMPLES), 'utf8')
    const { report, excluded } = toolsOf(text)
    const needed = report.tools.map(({ operation, chosen }) => [operation.path, chosen.api])
    expect(needed).toContainEqual(['/anything/or', ['write:things']])
    expect(excluded.map(({ path, code }) => [path, code])).toContainEqual([
      '/anything/and',
      'security_unusable',
    ])
  })

  test('[openapi 4] is the scope of OAuth, though a bearer token stands beside it without one', () => {
    const { report } = toolsOf(readFileSync(GALAXY, 'utf8'))
    const needs = Object.fromEntries(report.tools.map(({ name, chosen }) => [name, chosen]))
    expect(needs['getMe']).toEqual({ server: ['read:account'], api: ['read:account'] })
    expect(needs['getAllData']).toEqual({ server: [], api: [] })
    expect(needs['createPlanet']).toEqual({ server: [], api: [] })
  })

  test('[openapi 5] begins with the alternative that unlocks the fewest operations, then with the one of the fewest scopes', () => {
    const chosen = chosenOf(
      needing({
        events: [['all'], ['events']],
        list: [['all'], ['events'], ['all.readonly'], ['events', 'extra']],
        remove: [['all']],
      }),
    )
    expect(chosen['events']?.map(({ api }) => api)).toEqual([['events'], ['all']])
    expect(chosen['list']?.map(({ api }) => api)).toEqual([
      ['all.readonly'],
      ['events'],
      ['events', 'extra'],
      ['all'],
    ])
    expect(chosen['remove']?.map(({ api }) => api)).toEqual([['all']])
  })

  test('of this server follows from the mapping', () => {
    const document = needing({ one: [['read', 'write']] })
    const server = (serverScopes: NonNullable<Parameters<typeof toolsOf>[1]>['serverScopes']) =>
      chosenOf(document, { serverScopes })['one']?.[0]
    const api = ['read', 'write']
    expect(server('same')).toEqual({ server: ['read', 'write'], api })
    expect(server('none')).toEqual({ server: [], api })
    expect(server({ prefix: 'mcp:' })).toEqual({ server: ['mcp:read', 'mcp:write'], api })
    const pairs = { read: ['tool:a'], write: ['tool:a', 'tool:b'] }
    expect(server({ pairs })).toEqual({ server: ['tool:a', 'tool:b'], api })
    const byMethod = { read: ['reads'], write: ['writes'] }
    expect(server({ byMethod })).toEqual({ server: ['reads'], api })
    const curation = { one: { serverScopes: ['own'], scopes: ['narrow'] } }
    expect(chosenOf(document, { curation })['one']).toEqual([{ server: ['own'], api: ['narrow'] }])
  })

  test('is a fault where pairs have nothing for a scope of the API', () => {
    const document = needing({ one: [['read'], ['constructor']] })
    const options = { serverScopes: { pairs: { read: ['tool:a'] } } }
    expect(String(thrownBy(() => toolsOf(document, options)))).toContain(
      'serverScopes has no scope of this server for constructor, which is needed by GET /one',
    )
  })

  test('ends with no scopes where the document allows that and an option takes it up', () => {
    const paths = { '/a': { get: { operationId: 'a', security: [{}, { oauth: ['read'] }] } } }
    const document = documentWith(paths)
    const read = { server: ['read'], api: ['read'] }
    expect(chosenOf(document)['a']).toEqual([read])
    const allowed = chosenOf(document, { optionalSecurity: 'allow' })
    expect(allowed['a']).toEqual([read, { server: [], api: [] }])
  })

  test('has alternatives for the tool where there are several, and plain scopes where there is one', () => {
    const { tools } = toolsOf(needing({ many: [['a'], ['b']], one: [['a']] }))
    const [many, one] = tools
    expect(many).toMatchObject({
      requiredScopes: [],
      downstream: { api: 'api', scopes: [] },
      alternatives: [
        { server: ['b'], api: ['b'] },
        { server: ['a'], api: ['a'] },
      ],
    })
    expect(one).toMatchObject({ requiredScopes: ['a'], downstream: { api: 'api', scopes: ['a'] } })
    expect(one).not.toHaveProperty('alternatives')
  })
})
