import { onBehalfOf, Secret } from 'mcp-on-behalf-of'
import { describe, expect, test } from 'vitest'

const TENANT = 'aaaaaaaa-2222-3333-4444-555555555555'
const OTHER = 'bbbbbbbb-2222-3333-4444-555555555555'
const HOST = 'https://login.microsoftonline.com'
const V2 = `${HOST}/${TENANT}/v2.0`
const APP = '44444444-5555-6666-7777-888888888888'

const API = { audience: `api://${APP}`, baseUrl: new URL('https://api.example') }

function issues(change: Record<string, unknown>): string[] {
  try {
    onBehalfOf({
      endpoint: new URL('https://mcp.example/mcp'),
      issuer: V2,
      client: { id: 'mcp-server', secret: new Secret('secret-of-the-mcp-server') },
      apis: { api: API },
      tools: [{ name: 'greet', requiredScopes: ['tool:greet'] }],
      ...change,
    })
    return []
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError)
    return (error as Error).message.split('\n').slice(1)
  }
}

const withExchange = (exchange: object) => ({ apis: { api: { ...API, exchange } } })

describe('options that contradict the identity provider', () => {
  test('options for Entra that are sound are taken', () => {
    expect(issues({})).toEqual([])
    expect(issues({ identityProvider: 'entra', allowedTenants: [OTHER.toUpperCase()] })).toEqual([])
    expect(issues({ exchange: { issuer: V2 } })).toEqual([])
  })

  test.each<[string, Record<string, unknown>, string]>([
    ['an issuer in another spelling', { issuer: `${V2}/` }, `issuer: is no issuer of this tenant`],
    [
      'exchanges at many tenants',
      { exchange: { issuer: `${HOST}/common/v2.0` } },
      'exchange.issuer: names no tenant',
    ],
    [
      'exchanges of one API at many tenants',
      withExchange({ issuer: `${HOST}/common/v2.0` }),
      'apis.api.exchange.issuer: names no tenant',
    ],
    [
      'an issuer of exchanges that is no URL',
      withExchange({ issuer: 'login' }),
      'apis.api.exchange.issuer: must be a URL',
    ],
    [
      'one place of all exchanges, and several tenants',
      { exchange: { issuer: V2 }, allowedTenants: [OTHER] },
      'exchange.issuer: is set together with allowedTenants',
    ],
    [
      'claims that are the same for many users',
      { callerPolicy: { subjectClaims: ['tid'] } },
      'callerPolicy.subjectClaims: must name the user',
    ],
    [
      'a capability that is none',
      { exchange: { clientCapabilities: ['a/b'] } },
      'exchange.clientCapabilities.0: must be the name of a capability',
    ],
    [
      'an API that is this server by its id',
      { client: { id: APP, secret: new Secret('secret-of-the-mcp-server') } },
      "apis.api.exchange.expectedAudiences: is this server's own",
    ],
  ])('options for Entra are refused with what has to be changed: %s', (_, change, message) => {
    const found = issues(change)
    expect(found).toHaveLength(1)
    expect(found[0]).toContain(message)
  })
})
