import { describe, expect, test } from 'vitest'
import { ConfigError, parseConfig, type Config } from '../../../src/config/config.js'
import { GOOD } from './good-settings.js'

function openapiOf(settings: Readonly<Record<string, string>>) {
  const config = parseConfig({ ...GOOD, OPENAPI_DOCUMENT: 'openapi.yaml', ...settings })
  return config.apis['api']?.openapi
}

function issuesOf(settings: Readonly<Record<string, string>>): readonly string[] {
  try {
    parseConfig({ ...GOOD, ...settings })
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.issues.map(({ key }) => key)
  }
}

describe('the settings of OpenAPI documents', () => {
  test.each([
    ['same', 'same'],
    ['none', 'none'],
    ['prefix:mcp:', { prefix: 'mcp:' }],
    ['methods:read=a,b write=c', { byMethod: { read: ['a', 'b'], write: ['c'] } }],
    ['methods:read= write=c', { byMethod: { read: [], write: ['c'] } }],
    [
      'read=mcp:read write=mcp:read,mcp:write',
      { pairs: { read: ['mcp:read'], write: ['mcp:read', 'mcp:write'] } },
    ],
  ])('OPENAPI_SERVER_SCOPES=%s is understood', (text, value) => {
    expect(openapiOf({ OPENAPI_SERVER_SCOPES: text })?.serverScopes).toEqual(value)
  })

  test.each([
    ['fault', 'fault'],
    ['none', 'none'],
    ['read=a write=b,c', { read: ['a'], write: ['b', 'c'] }],
  ])('OPENAPI_SCOPES_MISSING=%s is understood', (text, value) => {
    expect(openapiOf({ OPENAPI_SCOPES_MISSING: text })?.scopesMissing).toEqual(value)
  })

  test.each([
    ['off', 'off'],
    ['declared', 'declared'],
    ['X-Request-Id', { header: 'X-Request-Id' }],
  ])('OPENAPI_IDEMPOTENCY=%s is understood', (text, value) => {
    expect(openapiOf({ OPENAPI_IDEMPOTENCY: text })?.idempotency).toEqual(value)
  })

  test.each([
    ['OPENAPI_SERVER_SCOPES', 'prefix:'],
    ['OPENAPI_SERVER_SCOPES', 'methods:read=a'],
    ['OPENAPI_SERVER_SCOPES', 'read'],
    ['OPENAPI_SCOPES_MISSING', 'read=a'],
    ['OPENAPI_SCOPES_MISSING', 'write=a read=b'],
    ['OPENAPI_OPTIONAL_SECURITY', 'yes'],
    ['OPENAPI_OPERATIONS', 'get /trips'],
    ['OPENAPI_ANSWER_BYTES', '10'],
    ['OPENAPI_MAX_TOOLS', '0'],
    ['OPENAPI_EXPOSE', 'operations'],
    ['OPENAPI_DOCUMENT', 'http://api.example/openapi.json'],
    ['OPENAPI_DOCUMENT', 'https://user:pass@api.example/openapi.json'],
    ['OPENAPI_DOCUMENT', 'file:///etc/openapi.json'],
    ['OPENAPI_CURATION', 'https://api.example/curation.yaml'],
    ['DEMO_TOOLS', 'yes'],
    ['API_PROBLEMS', 'true'],
    ['OPENAPI_IDEMPOTENCY', 'Authorization'],
    ['OPENAPI_IDEMPOTENCY', 'a b'],
  ])('%s=%s is an issue', (key, value) => {
    expect(issuesOf({ OPENAPI_DOCUMENT: 'openapi.yaml', [key]: value })).toEqual([key])
  })

  test('rules with quotes around a name with spaces are no slip', () => {
    const rules = '!deprecated tag:"Trip planning"'
    expect(openapiOf({ OPENAPI_OPERATIONS: rules })?.operations).toBe(rules)
  })

  test('a document may be at a URL, over http on this machine; its query is in no message', () => {
    const url = 'http://localhost:8787/openapi.json?key=1'
    expect(openapiOf({ OPENAPI_DOCUMENT: url })).toMatchObject({
      document: url,
      documentName: 'http://localhost:8787/openapi.json',
    })
  })

  test('settings about a document without one are issues', () => {
    const about = { OPENAPI_OPERATIONS: '*', OPENAPI_MAX_TOOLS: '3' }
    expect(issuesOf(about)).toEqual(['OPENAPI_OPERATIONS', 'OPENAPI_MAX_TOOLS'])
  })

  test('with a document, locked tools are shown and the demonstration tools are off, unless settings say otherwise', () => {
    const chosen = ({ access, demoTools }: Config): unknown => [access.lockedTools, demoTools]
    const document = { ...GOOD, OPENAPI_DOCUMENT: 'openapi.yaml' }
    expect(chosen(parseConfig(GOOD))).toEqual(['show_without_scopes', true])
    expect(chosen(parseConfig(document))).toEqual(['show', false])
    expect(chosen(parseConfig({ ...document, LOCKED_TOOLS: 'hide', DEMO_TOOLS: 'on' }))).toEqual([
      'hide',
      true,
    ])
  })
})
