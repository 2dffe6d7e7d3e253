import { SignJWT, exportJWK, generateKeyPair } from 'jose'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  type ActionHandler,
  loadAction,
} from '../../../apps/authorization-server/token-exchange/custom/action-module.js'
import { customTokenExchangeAction } from '../../../cli/setup/custom-token-exchange-action.js'

const HOST = 'tenant.example'
const GOOD = ['setUserById auth0|alice']
const FAILED = ['deny server_error']

let privateKey: Awaited<ReturnType<typeof generateKeyPair>>['privateKey']
let keys: object[]
let handler: ActionHandler
let fetched: string[]
/** What the Action has said, one entry a call. */
let said: string[]

beforeAll(async () => {
  const pair = await generateKeyPair('RS256', { extractable: true })
  privateKey = pair.privateKey
  keys = [{ ...(await exportJWK(pair.publicKey)), kid: 'k', alg: 'RS256', use: 'sig', x5c: ['x'] }]
})

beforeEach(() => {
  fetched = []
  said = []
  handler = loadAction(customTokenExchangeAction(), (input) => {
    fetched.push(input instanceof Request ? input.url : input.toString())
    return Promise.resolve(Response.json({ keys }))
  })
})

async function subjectToken(): Promise<string> {
  return new SignJWT({ sub: 'auth0|alice', client_id: 'app', scope: 'tool:greet' })
    .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid: 'k' })
    .setIssuer(`https://${HOST}/`)
    .setAudience('urn:mcp')
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(privateKey)
}

async function goodEvent(): Promise<Record<string, unknown>> {
  return {
    client: { client_id: 'client' },
    request: { hostname: HOST },
    resource_server: { identifier: 'urn:api' },
    secrets: {
      SUBJECT_TOKEN_AUDIENCE: 'urn:mcp',
      CLIENT_ID: 'client',
      TARGET_AUDIENCE: 'urn:api',
      ALLOWED_SCOPES: 'read write',
    },
    transaction: { subject_token: await subjectToken(), requested_scopes: ['read'] },
  }
}

/** The `api` of an Action, with a cache that holds nothing. */
function createApi(parts: Readonly<Record<string, object>> = {}): object {
  const saying =
    (name: string) =>
    (...words: readonly string[]): void => {
      // The reason is for people.
      said.push([name, ...words.slice(0, 1)].join(' '))
    }
  return {
    access: { deny: saying('deny'), rejectInvalidSubjectToken: () => said.push('reject') },
    authentication: {
      setUserById: saying('setUserById'),
      setOrganization: saying('setOrganization'),
    },
    cache: { get: () => undefined, set: () => ({ type: 'success' }) },
    ...parts,
  }
}

describe('the Action of the Custom Token Exchange profile', () => {
  test('the Action says one thing about a good token: its user', async () => {
    await handler(await goodEvent(), createApi())
    expect(said).toEqual(GOOD)
    expect(fetched).toEqual([`https://${HOST}/.well-known/jwks.json`])
  })

  test.each([undefined, '', 7, 'tenant.example/x', 'a@tenant.example', 'tenant.example?', '[::1]'])(
    'the Action fetches nothing for a host name that is none: %s',
    async (hostname) => {
      await handler({ ...(await goodEvent()), request: { hostname } }, createApi())
      expect(said).toEqual(FAILED)
      expect(fetched).toEqual([])
    },
  )

  test.each([
    ['nothing', undefined],
    ['a text', 'read'],
    ['no scope', []],
    ['a list in a list', [['read']]],
    ['a hole', [undefined]],
    ['an object that looks like a list', { 0: 'read', length: 1 }],
    ['two scopes in one', ['read write']],
    ['an empty scope', ['read', '']],
  ])('the Action refuses %s as requested scopes', async (_, requested_scopes) => {
    const event = await goodEvent()
    await handler(
      { ...event, transaction: { ...(event['transaction'] as object), requested_scopes } },
      createApi(),
    )
    expect(said).toEqual(['deny invalid_scope'])
  })

  test.each(['client', 'request', 'secrets', 'transaction', 'resource_server'])(
    'the Action lets nobody in when %s is missing from the event',
    async (member) => {
      await handler({ ...(await goodEvent()), [member]: undefined }, createApi())
      expect(said).toHaveLength(1)
      expect(said[0]).toMatch(/^deny /)
    },
  )

  test('the Action lets nobody in when the platform takes neither the user nor the organization', async () => {
    const fail = (): never => {
      throw new Error('not today')
    }
    const authentication = { setUserById: fail, setOrganization: fail }
    await handler(await goodEvent(), createApi({ authentication }))
    expect(said).toEqual(FAILED)
  })
})

describe('the cache of the Action of the Custom Token Exchange profile', () => {
  const issuer = `https://${HOST}/`
  const past = (): number => Date.now() - 1000
  const foreign = { keys: [{ kty: 'RSA', n: 'AQAB', e: 'AQAB', kid: 'other', alg: 'RS256' }] }

  test('the Action keeps the keys without their certificates, and does not fetch them again', async () => {
    const held = new Map<string, string>()
    const cache = {
      get: (key: string) => Promise.resolve({ value: held.get(key) }),
      set: (key: string, value: string) => Promise.resolve(held.set(key, value)),
    }
    await handler(await goodEvent(), createApi({ cache }))
    await handler(await goodEvent(), createApi({ cache }))
    expect(said).toEqual([...GOOD, ...GOOD])
    expect(fetched).toHaveLength(1)
    expect([...held.values()].join()).not.toContain('x5c')
    expect([...held.keys()].every((key) => key.length <= 64)).toBe(true)
  })

  test.each<readonly [string, () => unknown]>([
    ['null', () => null],
    ['no JSON', () => ({ value: '{' })],
    ['a text', () => ({ value: '"keys"' })],
    ['null as keys', () => ({ value: JSON.stringify({ jwks: null, uat: past(), issuer }) })],
    ['keys of the future', () => ({ value: JSON.stringify({ jwks: foreign, uat: 1e15, issuer }) })],
    ['keys without a time', () => ({ value: JSON.stringify({ jwks: foreign, issuer }) })],
    [
      'keys of another host',
      () => ({
        value: JSON.stringify({ jwks: foreign, uat: past(), issuer: 'https://other.example/' }),
      }),
    ],
    ['keys of nobody', () => ({ value: JSON.stringify({ jwks: foreign, uat: past() }) })],
    [
      'old keys',
      () => ({ value: JSON.stringify({ jwks: foreign, uat: past() - 700_000, issuer }) }),
    ],
  ])('the Action fetches the keys when its cache holds %s', async (_, get) => {
    const cache = { get, set: () => ({ type: 'error', code: 'CACHE_FULL' }) }
    await handler(await goodEvent(), createApi({ cache }))
    expect(said).toEqual(GOOD)
    expect(fetched).toHaveLength(1)
  })

  test('the Action works with a cache that fails', async () => {
    const fail = (): never => {
      throw new Error('out of order')
    }
    await handler(await goodEvent(), createApi({ cache: { get: fail, set: fail } }))
    await handler(await goodEvent(), createApi({ cache: {} }))
    expect(said).toEqual([...GOOD, ...GOOD])
  })
})
