import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readOpenApi } from '../../../src/openapi/read-openapi.js'
import type { OpenApiReading } from '../../../src/openapi/reading.js'
import type { SecurityOptions } from '../../../src/openapi/security-types.js'
import { alternativesOf, documentWith, EXAMPLES, GALAXY, readFile, told } from './readings.js'

const SCHEMES = {
  oauth: {
    type: 'oauth2',
    flows: {
      clientCredentials: {
        tokenUrl: 'https://a.example',
        scopes: { 'read:account': 'Read', write: '' },
      },
    },
  },
  login: { type: 'openIdConnect', openIdConnectUrl: 'https://a.example' },
  bearer: { type: 'http', scheme: 'Bearer' },
  basic: { type: 'http', scheme: 'basic' },
  key: { type: 'apiKey', in: 'header', name: 'X-Key' },
}

function read(security: unknown, options: SecurityOptions = {}): OpenApiReading {
  const operation = security === undefined ? {} : { security }
  const document = documentWith(operation, { components: { securitySchemes: SCHEMES } })
  return readOpenApi(JSON.stringify(document, null, 1), { name: 'api.json', ...options })
}

const securityOf = (security: unknown, options?: SecurityOptions) =>
  read(security, options).operations[0]?.security

const scopesOf = (security: unknown, options?: SecurityOptions) =>
  securityOf(security, options)?.alternatives.map(({ api }) => api)

describe('the requirements of real documents', () => {
  test('[openapi 3] alternatives and schemes wanted together are told apart in security-multiple', () => {
    const reading = readFile(join(EXAMPLES, '3.0/json/security-multiple.json'))
    expect(alternativesOf(reading)).toEqual({
      'POST /anything/or': [['write:things']],
      'POST /anything/and-or': [['write:things']],
      'POST /anything/many-and-or': [[]],
    })
    expect(reading.operations[1]?.security.alternatives[0]?.schemes).toEqual(['oauth2_alternate'])
    expect(reading.excluded).toMatchObject([
      {
        path: '/anything/and',
        kind: 'unsupported',
        code: 'security_unusable',
        reason:
          "Each alternative wants more than the user's token: apiKey_header (an API key in the header X-API-KEY), basic (HTTP basic)",
      },
    ])
  })

  test.each(['3.1.json', '3.1.yaml'])(
    '[openapi 4] bearer beside OAuth 2.0 does not weaken what %s of the galaxy asks for',
    (file) => {
      const { operations } = readFile(join(GALAXY, file))
      const security = (id: string) => operations.find((one) => one.operationId === id)?.security
      expect(security('getMe')?.alternatives.map(({ api }) => api)).toEqual([['read:account']])
      expect(security('getAllData')).toMatchObject({ public: true, alternatives: [{ api: [] }] })
      expect(security('createPlanet')).toMatchObject({
        source: 'document',
        public: false,
        alternatives: [{ api: [], schemes: ['oAuth2'] }],
      })
    },
  )

  test('[openapi 8] a document without any security is one fault with a cure, and its operations are left out', () => {
    const { operations, excluded, faults } = read(undefined)
    expect(operations).toEqual([])
    expect(excluded).toMatchObject([{ code: 'security_missing', kind: 'fault' }])
    expect(faults).toMatchObject([
      {
        severity: 'fault',
        message: 'No operation says which scopes it needs, and the document has no security',
        cure: 'Set OPENAPI_SCOPES_MISSING="read=read:api write=write:api", or none if a sign-in is enough',
      },
    ])
  })

  test('[openapi 8] scopes by method give each operation without security exactly one of the two', () => {
    const methods = ['get', 'head', 'options', 'put', 'post', 'patch', 'delete']
    const item = Object.fromEntries(methods.map((method) => [method, {}]))
    const document = { openapi: '3.0.3', paths: { '/x': item } }
    const missing = { read: ['read:api'], write: ['write:api'] }
    const reading = readOpenApi(document, { name: 'api.json', missing })
    expect(Object.values(alternativesOf(reading))).toEqual([
      ...[[['read:api']], [['read:api']], [['read:api']]],
      ...[[['write:api']], [['write:api']], [['write:api']], [['write:api']]],
    ])
    expect(reading.excluded).toEqual([])
  })
})

describe('[openapi 9] a requirement that is wrong', () => {
  test('has a scope with a space: the operation is left out, and the reason says to write two entries', () => {
    expect(read([{ oauth: ['read write'] }]).excluded).toMatchObject([
      {
        code: 'scope',
        faultPointer: '#/paths/~1things/get/security/0/oauth/0',
        faultLine: 14,
        reason: 'GET /things: "read write" is no scope: it has a space',
        cure: 'Write two entries',
      },
    ])
  })

  test('names an unknown scheme: the operation is left out, and the reason says which was meant', () => {
    expect(read([{ OAuth2: ['write'] }, { oath: ['write'] }]).excluded).toMatchObject([
      {
        code: 'security_scheme',
        faultPointer: '#/paths/~1things/get/security/0/OAuth2',
        faultLine: 13,
        reason:
          'GET /things requires the security scheme OAuth2, which components.securitySchemes does not have. Did you mean oauth?',
      },
    ])
  })

  test('asks for a scope that its scheme does not list: a warning, and the scope counts', () => {
    const reading = read([{ oauth: ['read:acount'] }])
    expect(told(reading)).toEqual([
      'scope 14: GET /things asks for read:acount, which oauth does not list. Did you mean read:account?',
    ])
    expect(alternativesOf(reading)).toEqual({ 'GET /things': [['read:acount']] })
  })

  test('is a warning beside one that counts', () => {
    const reading = read([{ nope: [] }, { oauth: ['write'] }])
    expect(alternativesOf(reading)).toEqual({ 'GET /things': [['write']] })
    expect(reading.faults).toMatchObject([{ code: 'security_scheme', severity: 'warning' }])
  })

  test.each([[{}], ['oauth'], [null], [[null]], [[{ oauth: 'write' }]], [[{ oauth: [1] }]]])(
    'has another form: %j',
    (security) => {
      expect(read(security).excluded).toMatchObject([{ code: 'structure', kind: 'fault' }])
    },
  )
})

describe('an alternative', () => {
  test.each([
    ['alone bearer counts', [{ bearer: [] }], [[]]],
    ['bearer does not count beside OAuth 2.0', [{ bearer: [] }, { oauth: ['write'] }], [['write']]],
    ['bearer and OAuth 2.0 together count', [{ bearer: [], oauth: ['write'] }], [['write']]],
    [
      'several schemes give all scopes',
      [{ oauth: ['write'], login: ['x', 'write'] }],
      [['write', 'x']],
    ],
    ['sign-in scopes are none of the API', [{ login: ['openid', 'email', 'x'] }], [['x']]],
    ['roles of bearer are no scopes', [{ bearer: ['admin'] }], [[]]],
    ['the same scopes twice are one', [{ login: ['a', 'b'] }, { login: ['b', 'a'] }], [['a', 'b']]],
    ['one with a key does not count', [{ oauth: ['write'], key: [] }, { login: ['x'] }], [['x']]],
  ])('%s', (_, security, scopes) => {
    expect(scopesOf(security)).toEqual(scopes)
  })

  test('of schemes that are named counts, and one of another type like bearer only', () => {
    const options = { schemes: ['login', 'key'] }
    expect(scopesOf([{ key: [] }, { login: ['x'] }, { oauth: ['write'] }], options)).toEqual([
      ['x'],
    ])
    expect(scopesOf([{ key: [] }, { oauth: ['write'] }], options)).toEqual([[]])
    expect(read([{ oauth: ['write'] }], options).excluded).toMatchObject([
      { code: 'security_unusable' },
    ])
  })

  test('that is empty does not count beside another one, unless it is allowed', () => {
    const security = [{}, { oauth: ['write'] }]
    expect(securityOf(security)).toMatchObject({ optional: false, public: false })
    expect(securityOf(security, { optional: 'allow' })).toMatchObject({
      optional: true,
      public: false,
    })
    expect(scopesOf(security, { optional: 'allow' })).toEqual([['write']])
  })

  test.each([[[]], [[{}]], [[{ basic: [] }, {}]]])('%j makes the operation public', (security) => {
    expect(securityOf(security)).toMatchObject({ public: true, alternatives: [{ api: [] }] })
  })

  test('is replaced by scopes that stand elsewhere: in the option, then in x-mcp', () => {
    const curated = { security: [{ oauth: ['write'] }], 'x-mcp': { scopes: ['a', 'b'] } }
    const document = documentWith(curated, { components: { securitySchemes: SCHEMES } })
    const own = readOpenApi(document, { name: 'api' })
    expect(alternativesOf(own)).toEqual({ 'GET /things': [['a', 'b']] })
    const given = readOpenApi(document, { name: 'api', scopesOf: ({ path }) => [`${path}:c`] })
    expect(given.operations[0]?.security).toMatchObject({
      source: 'option',
      alternatives: [{ api: ['/things:c'] }],
    })
  })
})
