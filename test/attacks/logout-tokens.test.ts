import { createSecretKey } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { exportSPKI, importJWK, SignJWT, type CryptoKey } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { API_AUDIENCE } from '../helpers/exchange-answers.js'
import { APP, LOGOUT_EVENT, mintLogout, postLogout } from '../helpers/logout-token.js'
import { callTool, postMcp } from '../helpers/mcp-requests.js'
import { startMcpServer, type TestServer } from '../helpers/start-mcp-server.js'
import { createSigningKey, TestIssuer } from '../helpers/test-issuer.js'

const SUB = 'auth0|alice'
const now = (): number => Math.floor(Date.now() / 1_000)

let server: TestServer
let foreign: TestIssuer
/** Of a user whom no attack may sign out. */
let token: string

beforeAll(async () => {
  server = await startMcpServer({
    environment: {
      ...{ BACKCHANNEL_LOGOUT_CLIENTS: APP, METRICS_PORT: '0' },
      ALLOWED_ORIGINS: 'https://app.example',
    },
  })
  foreign = await TestIssuer.start()
  token = await server.mint({ iat: now() - 60 })
})

afterAll(async () => {
  await server.close()
  await foreign.close()
})

const isStillIn = async (): Promise<boolean> =>
  (await postMcp(server.endpoint, callTool('whoami'), { token })).status === 200

const unsigned = (claims: object, header: object): string =>
  [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')

const claimsOf = (): object => ({
  ...{ iss: server.issuer.issuer, aud: APP, sub: SUB, iat: now(), exp: now() + 120 },
  ...{ jti: `jti-${Math.random()}`, events: { [LOGOUT_EVENT]: {} } },
})

const mint = (options: Parameters<typeof mintLogout>[1] = {}) =>
  mintLogout(server.issuer, { ...options, claims: { sub: SUB, ...options.claims } })

const changed = (claims: Readonly<Record<string, unknown>>) => () => mint({ claims })
const typed = (typ: unknown) => () => mint({ header: { typ } })

/** By the public key of the issuer, as text, in place of a shared secret. */
async function signedWithPublicKey(): Promise<string> {
  const [key] = server.issuer.keys
  if (key === undefined) throw new Error('no key')
  const publicKey = (await importJWK(key.jwk, 'RS256')) as CryptoKey
  const secret = createSecretKey(Buffer.from(await exportSPKI(publicKey)))
  return new SignJWT({ ...claimsOf() })
    .setProtectedHeader({ alg: 'HS256', typ: 'logout+jwt', kid: key.kid })
    .sign(secret)
}

const ATTACKS: readonly (readonly [
  what: string,
  fault: string,
  make: () => Promise<string> | string,
])[] = [
  ['is no token', 'malformed', () => 'anything'],
  ['is empty', 'request', () => ''],
  [
    'has no signature',
    'algorithm',
    () => `${unsigned(claimsOf(), { alg: 'none', typ: 'logout+jwt' })}.`,
  ],
  ['is signed by the public key as a secret', 'algorithm', signedWithPublicKey],
  ['is signed by another key', 'signature', async () => mint({ key: await createSigningKey() })],
  [
    'is signed by another key under the id of the right one',
    'signature',
    async () => {
      const kid = server.issuer.keys[0]?.kid ?? ''
      return mint({ key: { ...(await createSigningKey()), kid } })
    },
  ],
  [
    'brings a key of its own',
    'signature',
    async () => {
      const key = await createSigningKey()
      return mint({ key, header: { jwk: key.jwk } })
    },
  ],
  ['is of another issuer', 'issuer', () => mintLogout(foreign, { claims: { sub: SUB } })],
  [
    'is of another issuer in the name of ours',
    'signature',
    () => mintLogout(foreign, { claims: { sub: SUB, iss: server.issuer.issuer } }),
  ],
  ['names no issuer', 'issuer', changed({ iss: undefined })],
  ['is for another client', 'audience', changed({ aud: 'another-client' })],
  ['is for this server and no client', 'audience', changed({ aud: API_AUDIENCE })],
  ['is for nobody', 'audience', changed({ aud: undefined })],
  ['is an access token', 'type', () => server.issuer.mint(APP)],
  [
    'is an access token under another type',
    'events',
    () => server.issuer.mint(APP, { header: { typ: 'JWT' } }),
  ],
  ['is an ID token', 'events', changed({ events: undefined, nonce: 'n' })],
  ['has a nonce', 'nonce', changed({ nonce: 'n' })],
  ['has a nonce of null', 'nonce', changed({ nonce: null })],
  ['has the type of a security event', 'type', typed('secevent+jwt')],
  ['has an unknown type', 'type', typed('dpop+jwt')],
  ['has expired', 'expired', changed({ iat: now() - 300, exp: now() - 100 })],
  ['never expires', 'time', changed({ exp: undefined })],
  ['is of the future', 'time', changed({ iat: now() + 600, exp: now() + 900 })],
  ['is of no time', 'time', changed({ iat: undefined })],
  ['counts later', 'time', changed({ nbf: now() + 600 })],
  ['has a time that is no number', 'time', changed({ iat: 'now' })],
  ['has no id', 'id', changed({ jti: undefined })],
  ['has an id that is no text', 'id', changed({ jti: 5 })],
  ['has an empty id', 'id', changed({ jti: '' })],
  ['expired at a time that is no number', 'time', changed({ exp: 'never' })],
  ['is for a list without our client', 'audience', changed({ aud: ['a', API_AUDIENCE] })],
  ['has an audience that is no text', 'audience', changed({ aud: { client: APP } })],
  ['has an issuer in a list', 'issuer', changed({ iss: ['https://issuer.example/'] })],
  ['has no events', 'events', changed({ events: undefined })],
  ['has events of nothing', 'events', changed({ events: null })],
  ['has an event of nothing', 'events', changed({ events: { [LOGOUT_EVENT]: null } })],
  ['has an event that is a list', 'events', changed({ events: { [LOGOUT_EVENT]: [] } })],
  ['has events of another kind', 'events', changed({ events: { 'https://other.example': {} } })],
  ['has events that are a list', 'events', changed({ events: [LOGOUT_EVENT] })],
  ['has an event that is no object', 'events', changed({ events: { [LOGOUT_EVENT]: true } })],
  ['names nobody', 'subject', changed({ sub: undefined })],
  ['names somebody by a number', 'subject', changed({ sub: 7 })],
  ['names a session by a list', 'subject', changed({ sid: ['s'] })],
  ['names somebody by an empty text', 'subject', changed({ sub: '' })],
  ['names somebody by nothing', 'subject', changed({ sub: null })],
  ['names a session by an empty text', 'subject', changed({ sid: '' })],
  ['names a session by nothing', 'subject', changed({ sid: null })],
]

describe('a logout token that', () => {
  test.each(ATTACKS)('%s is refused (%s), and does nothing', async (_what, fault, make) => {
    const before = await countOf(fault)
    const answer = await postLogout(server, await make())
    expect(answer.status).toBe(400)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const body = (await answer.json()) as Record<string, unknown>
    expect(Object.keys(body)).toEqual(['error', 'error_description'])
    expect(body['error']).toBe('invalid_request')
    expect(await countOf(fault)).toBe(before + 1)
    expect(server.log.named('user_signed_out')).toEqual([])
    expect(await isStillIn()).toBe(true)
  })

  test('comes a second time is refused, and does nothing', async () => {
    const bob = await server.mint({ sub: 'auth0|bob', iat: now() + 2 })
    const again = await mint({ claims: { sub: 'auth0|bob' } })
    expect((await postLogout(server, again)).status).toBe(200)
    expect((await postLogout(server, again)).status).toBe(400)
    expect((await postMcp(server.endpoint, callTool('whoami'), { token: bob })).status).toBe(200)
  })
})

describe('a request that', () => {
  const url = () => new URL('/backchannel-logout', server.origin)

  test.each(['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH'])('is a %s is refused', async (method) => {
    const query = `logout_token=${await mint()}`
    const answer = await fetch(`${url().href}?${query}`, { method })
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST'])
    expect([answer.headers.get('cache-control'), await answer.text()]).toEqual(['no-store', ''])
    expect(await isStillIn()).toBe(true)
  })

  test.each([
    ['as a form of several parts', 'multipart/form-data; boundary=x'],
    ['as text', 'text/plain'],
    ['as a form in UTF-16', 'application/x-www-form-urlencoded; charset=utf-16'],
    ['as a form in no charset', 'application/x-www-form-urlencoded; charset=anything'],
    ['as a JWT', 'application/jwt'],
    ['as nothing', ''],
  ])('has the token %s is refused', async (_how, type) => {
    const body = Buffer.from(`logout_token=${await mint()}`)
    const headers = { 'Content-Type': type }
    const answer = await fetch(url(), { method: 'POST', headers, body })
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([400, 'no-store'])
    expect(await answer.json()).toMatchObject({ error: 'invalid_request' })
    expect(await isStillIn()).toBe(true)
  })

  test('has the token in a body that unpacks to more than may be sent is refused', async () => {
    const form = `logout_token=${await mint()}&more=${'x'.repeat(1_000_000)}`
    const headers = {
      'Content-Type': 'application/x-www-form-urlencoded',
      'Content-Encoding': 'gzip',
    }
    const body = gzipSync(form)
    expect(body.byteLength).toBeLessThan(8_000)
    expect((await fetch(url(), { method: 'POST', headers, body })).status).toBe(400)
    expect(await isStillIn()).toBe(true)
  })

  test('has more fields than a form of this kind has is refused', async () => {
    const more = Array.from({ length: 20 }, (_, field): [string, string] => [`field${field}`, 'x'])
    const body = new URLSearchParams([...more, ['logout_token', await mint()]])
    expect((await fetch(url(), { method: 'POST', body })).status).toBe(400)
    expect(await isStillIn()).toBe(true)
  })

  test('has the token in its query is refused', async () => {
    const answer = await fetch(`${url().href}?logout_token=${await mint()}`, { method: 'POST' })
    expect(answer.status).toBe(400)
    expect(await isStillIn()).toBe(true)
  })

  test('has the token as JSON is refused', async () => {
    const answer = await fetch(url(), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ logout_token: await mint() }),
    })
    expect(answer.status).toBe(400)
    expect(await isStillIn()).toBe(true)
  })

  test('has two tokens is refused', async () => {
    const body = new URLSearchParams([
      ['logout_token', await mint()],
      ['logout_token', await mint()],
    ])
    expect((await fetch(url(), { method: 'POST', body })).status).toBe(400)
    expect(await isStillIn()).toBe(true)
  })

  test('has a huge body is refused', async () => {
    const body = new URLSearchParams({ logout_token: await mint(), more: 'x'.repeat(1_000_000) })
    expect((await fetch(url(), { method: 'POST', body })).status).toBe(400)
    expect(await isStillIn()).toBe(true)
  })

  test('comes from a page that is not listed is refused, and no page may read the answer', async () => {
    const body = new URLSearchParams({ logout_token: await mint() })
    const headers = { Origin: 'https://evil.example' }
    const answer = await fetch(url(), { method: 'POST', body, headers })
    expect(answer.status).toBe(403)
    expect(answer.headers.get('access-control-allow-origin')).toBeNull()
    expect(await isStillIn()).toBe(true)
  })

  test('is one of many bad ones fills no log', async () => {
    const lines = (): number =>
      server.log.lines.filter(({ level, name }) => name === 'sign_out_refused' && level !== 'debug')
        .length
    const before = lines()
    for (let sent = 0; sent < 50; sent += 1) await postLogout(server, `bad-${sent}`)
    expect(lines() - before).toBeLessThanOrEqual(1)
    expect(server.log.text()).not.toContain('bad-49')
  })
})

async function countOf(outcome: string): Promise<number> {
  const text = (await server.metrics?.registry.metrics()) ?? ''
  const series = `sign_out_events_total{source="backchannel_logout",outcome="${outcome}"} `
  const line = text.split('\n').find((each) => each.includes(series))
  return Number(line?.split(' ').at(-1) ?? 0)
}
