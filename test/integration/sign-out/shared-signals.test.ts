import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LOGOUT_EVENT } from '../../helpers/logout-token.js'
import { callTool, postMcp } from '../../helpers/mcp-requests.js'
import { startHttpServer } from '../../helpers/start-http-server.js'
import { startMcpServer, type TestServer } from '../../helpers/start-mcp-server.js'
import { createSigningKey, json, TestIssuer, type MintOptions } from '../../helpers/test-issuer.js'

const CAEP = 'https://schemas.openid.net/secevent/caep/event-type/'
const SSF = 'https://schemas.openid.net/secevent/ssf/event-type/'
const AUDIENCE = 'https://mcp.example/stream'
const TOKEN = 'a-bearer-token-of-the-transmitter-0123456789'

const VICTIM = 'auth0|victim'

const nowSeconds = (): number => Math.floor(Date.now() / 1_000)

let transmitter: TestIssuer
let server: TestServer

beforeAll(async () => {
  transmitter = await TestIssuer.start()
  server = await startMcpServer({
    environment: {
      ...{ SHARED_SIGNALS_ISSUER: transmitter.issuer, SHARED_SIGNALS_AUDIENCE: AUDIENCE },
      ...{ SHARED_SIGNALS_JWKS_URL: `${transmitter.issuer}jwks`, SHARED_SIGNALS_TOKEN: TOKEN },
      METRICS_PORT: '0',
    },
  })
})

afterAll(async () => {
  await server.close()
  await transmitter.close()
})

interface Sent {
  readonly type?: string
  readonly event?: Readonly<Record<string, unknown>>
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, unknown>>
  readonly key?: MintOptions['key']
  readonly by?: TestIssuer
}

function mint({ type = `${CAEP}session-revoked`, event = {}, by, ...sent }: Sent): Promise<string> {
  const none = { scope: undefined, client_id: undefined, exp: undefined, sub: undefined }
  return (by ?? transmitter).mint(AUDIENCE, {
    claims: { ...none, jti: randomUUID(), events: { [type]: event }, ...sent.claims },
    header: { typ: 'secevent+jwt', ...sent.header },
    ...(sent.key === undefined ? {} : { key: sent.key }),
  })
}

async function push(text: string, headers: Readonly<Record<string, string>> = {}) {
  const answer = await fetch(new URL('/shared-signals', server.origin), {
    method: 'POST',
    headers: {
      ...{ 'Content-Type': 'application/secevent+jwt', Authorization: `Bearer ${TOKEN}` },
      ...headers,
    },
    body: text,
  })
  expect(answer.headers.get('cache-control')).toBe('no-store')
  return { status: answer.status, body: await answer.text() }
}

const isIn = async (token: string): Promise<boolean> =>
  (await postMcp(server.endpoint, callTool('whoami'), { token })).status === 200

/** A user of whom nobody has heard before, with a token of a minute ago. */
async function someUser(claims: Readonly<Record<string, unknown>> = {}) {
  const sub = `auth0|${randomUUID()}`
  return { sub, token: await server.mint({ sub, iat: nowSeconds() - 60, ...claims }) }
}

const issSub = (sub: string, iss = server.issuer.issuer) => ({ format: 'iss_sub', iss, sub })

describe('an event about a user', () => {
  test.each(['session-revoked', 'credential-change', 'token-claims-change'])(
    '%s ends what the user has',
    async (name) => {
      const { sub, token } = await someUser()
      const sent = { type: `${CAEP}${name}`, claims: { sub_id: issSub(sub) } }
      expect(await push(await mint(sent))).toEqual({ status: 202, body: '' })
      expect(await isIn(token)).toBe(false)
      expect(await isIn(await server.mint({ sub, iat: nowSeconds() + 2 }))).toBe(true)
    },
  )

  test.each([
    ['in the event', (sub: string) => ({ event: { subject: issSub(sub) } })],
    [
      'in the event, as a part of it and by an older name',
      (sub: string) => ({
        event: {
          subject: { user: { subject_type: 'iss-sub', iss: server.issuer.issuer, sub } },
        },
      }),
    ],
    [
      'as one of several names',
      (sub: string) => ({
        claims: {
          sub_id: {
            format: 'aliases',
            identifiers: [{ format: 'email', email: 'a@example.com' }, issSub(sub)],
          },
        },
      }),
    ],
    [
      'with a session, which need not be that of access tokens',
      (sub: string) => ({
        claims: {
          sub_id: {
            ...{ format: 'complex', user: issSub(sub) },
            session: { format: 'opaque', id: 'anything' },
          },
        },
      }),
    ],
    [
      'as a user of the transmitter',
      (sub: string) => ({ claims: { sub_id: issSub(sub, transmitter.issuer) } }),
    ],
  ])('names the user %s', async (_how, sent) => {
    const { sub, token } = await someUser({ sid: 's-1' })
    expect((await push(await mint(sent(sub)))).status).toBe(202)
    expect(await isIn(token)).toBe(false)
  })

  test('names a session alone', async () => {
    const { token } = await someUser({ sid: 's-77' })
    const other = await someUser({ sid: 's-78' })
    const session = { format: 'opaque', id: 's-77' }
    await push(await mint({ claims: { sub_id: { format: 'complex', session } } }))
    expect([await isIn(token), await isIn(other.token)]).toEqual([false, true])
  })

  test.each([
    ['seconds', 1],
    ['milliseconds', 1_000],
  ])('says when it happened, in %s: a later sign-in counts', async (_unit, factor) => {
    const { sub, token } = await someUser()
    const later = await server.mint({ sub, iat: nowSeconds() - 20 })
    const event = { event_timestamp: (nowSeconds() - 30) * factor }
    await push(await mint({ event, claims: { sub_id: issSub(sub) } }))
    expect([await isIn(token), await isIn(later)]).toEqual([false, true])
  })

  test.each([
    ['of the future', nowSeconds() + 10_000],
    ['of long ago', 5],
    ['of no number', 'yesterday'],
  ])('with a time %s counts when it was issued', async (_what, stamp) => {
    const { sub, token } = await someUser()
    await push(await mint({ event: { event_timestamp: stamp }, claims: { sub_id: issSub(sub) } }))
    expect(await isIn(token)).toBe(false)
    expect(await isIn(await server.mint({ sub, iat: nowSeconds() + 2 }))).toBe(true)
  })

  test('that comes again is acknowledged, and does nothing', async () => {
    const { sub } = await someUser()
    const text = await mint({ claims: { sub_id: issSub(sub) } })
    const lines = (): number => server.log.named('user_signed_out').length
    const before = lines()
    expect([(await push(text)).status, (await push(text)).status]).toEqual([202, 202])
    expect(lines()).toBe(before + 1)
  })
})

describe('an event that means nothing here is acknowledged', () => {
  test.each<readonly [string, Sent | (() => Sent)]>([
    ['of another kind', { type: `${CAEP}device-compliance-change` }],
    ['about an address', { claims: { sub_id: { format: 'email', email: 'alice@example.com' } } }],
    ['about nobody', {}],
    ['about a list', { claims: { sub_id: [issSubOf('https://x.example/')] } }],
    ['about a text', { claims: { sub_id: VICTIM } }],
    ['about nothing', { claims: { sub_id: null } }],
    ['about a user without an issuer', { claims: { sub_id: { format: 'iss_sub', sub: VICTIM } } }],
    ['about a user by a number', () => ({ claims: { sub_id: { ...issSub(VICTIM), sub: 7 } } })],
    [
      'about a user by an empty text',
      () => ({ claims: { sub_id: { ...issSub(VICTIM), sub: '' } } }),
    ],
    ['about an account', { claims: { sub_id: { format: 'account', uri: `acct:${VICTIM}` } } }],
    ['about an opaque id', { claims: { sub_id: { format: 'opaque', id: VICTIM } } }],
    ['about no name of many', { claims: { sub_id: { format: 'aliases', identifiers: [] } } }],
    [
      'about names that are no list',
      () => ({ claims: { sub_id: { format: 'aliases', identifiers: issSub(VICTIM) } } }),
    ],
    [
      'about a session that is not opaque',
      { claims: { sub_id: { format: 'complex', session: { format: 'email', id: 's' } } } },
    ],
    [
      'about a session by an empty text',
      { claims: { sub_id: { format: 'complex', session: { format: 'opaque', id: '' } } } },
    ],
    ['about a user of another issuer', { claims: { sub_id: issSubOf('https://other.example/') } }],
  ])('%s', async (_what, sent) => {
    const { token } = await someUser()
    const before = server.log.named('user_signed_out').length
    expect((await push(await mint(typeof sent === 'function' ? sent() : sent))).status).toBe(202)
    expect(server.log.named('user_signed_out')).toHaveLength(before)
    expect(await isIn(token)).toBe(true)
    expect(server.log.text()).not.toContain('alice@example.com')
  })
})

describe('an event about the stream', () => {
  test('verification is logged', async () => {
    const sent = { type: `${SSF}verification`, event: { state: 'x' } }
    const sub_id = { format: 'opaque', id: 'stream-1' }
    expect((await push(await mint({ ...sent, claims: { sub_id } }))).status).toBe(202)
    expect(server.log.named('shared_signals_verified')).toHaveLength(1)
  })

  test('a stream that ends is a warning', async () => {
    const sent = { type: `${SSF}stream-updated`, event: { status: 'disabled' } }
    expect((await push(await mint(sent))).status).toBe(202)
    const [line] = server.log.named('shared_signals_stream_updated')
    expect([line?.level, line?.fields['status']]).toEqual(['warn', 'disabled'])
  })
})

describe('what is refused, and does nothing', () => {
  test.each<readonly [string, string, () => Promise<string> | string]>([
    ['no token', 'invalid_request', () => 'anything'],
    ['an empty body', 'invalid_request', () => ''],
    ['no algorithm', 'invalid_key', () => unsigned('none')],
    ['a shared secret', 'invalid_key', () => unsigned('HS256')],
    [
      'a type of another event',
      'invalid_request',
      () => refusable({ header: { typ: 'logout+jwt' } }),
    ],
    ['an id that is no text', 'invalid_request', () => refusable({ claims: { jti: 7 } })],
    ['an empty id', 'invalid_request', () => refusable({ claims: { jti: '' } })],
    ['a time that is no number', 'invalid_request', () => refusable({ claims: { iat: 'now' } })],
    [
      'one that counts later',
      'invalid_request',
      () => refusable({ claims: { nbf: nowSeconds() + 600 } }),
    ],
    ['nobody as audience', 'invalid_audience', () => refusable({ claims: { aud: undefined } })],
    ['others as audience', 'invalid_audience', () => refusable({ claims: { aud: ['a', 'b'] } })],
    ['events in a list', 'invalid_request', () => refusable({ claims: { events: [{}] } })],
    ['events of nothing', 'invalid_request', () => refusable({ claims: { events: null } })],
    ['no events claim', 'invalid_request', () => refusable({ claims: { events: undefined } })],
    [
      'an event that is no object',
      'invalid_request',
      () => refusable({ claims: { events: { [`${CAEP}session-revoked`]: true } } }),
    ],
    [
      'an event of nothing',
      'invalid_request',
      () => refusable({ claims: { events: { [`${CAEP}session-revoked`]: null } } }),
    ],
    ['another type', 'invalid_request', () => refusable({ header: { typ: 'JWT' } })],
    ['no type', 'invalid_request', () => refusable({ header: { typ: undefined } })],
    ['an access token', 'invalid_request', () => transmitter.mint(AUDIENCE)],
    ['another key', 'invalid_key', async () => refusable({ key: await createSigningKey() })],
    ['another issuer', 'invalid_issuer', () => refusable({ by: server.issuer })],
    ['another audience', 'invalid_audience', () => refusable({ claims: { aud: 'other' } })],
    ['no time', 'invalid_request', () => refusable({ claims: { iat: undefined } })],
    ['a time to come', 'invalid_request', () => refusable({ claims: { iat: nowSeconds() + 600 } })],
    ['no id', 'invalid_request', () => refusable({ claims: { jti: undefined } })],
    ['one that has expired', 'invalid_request', () => refusable({ claims: { exp: 5 } })],
    ['no events', 'invalid_request', () => refusable({ claims: { events: {} } })],
    [
      'two events',
      'invalid_request',
      () =>
        refusable({ claims: { events: { [LOGOUT_EVENT]: {}, [`${CAEP}session-revoked`]: {} } } }),
    ],
  ])('%s: %s', async (_what, err, make) => {
    const { status, body } = await push(await make())
    expect(status).toBe(400)
    const answer = JSON.parse(body) as Record<string, unknown>
    expect(Object.keys(answer)).toEqual(['err', 'description'])
    expect(answer['err']).toBe(err)
    expect(await isIn(await victim())).toBe(true)
  })

  test.each([
    ['no bearer token', { Authorization: '' }],
    ['another bearer token', { Authorization: 'Bearer x' }],
    ['another scheme', { Authorization: `Basic ${TOKEN}` }],
  ])('%s', async (_what, headers) => {
    const { status, body } = await push(await refusable({}), headers)
    expect(status).toBe(400)
    expect(JSON.parse(body)).toMatchObject({ err: 'authentication_failed' })
    expect(await isIn(await victim())).toBe(true)
  })

  test('another type of content', async () => {
    const { status } = await push(await refusable({}), { 'Content-Type': 'text/plain' })
    expect(status).toBe(400)
    expect(await isIn(await victim())).toBe(true)
  })

  test('a huge body', async () => {
    const { status } = await push('x'.repeat(500_000))
    expect(status).toBe(400)
  })

  test.each([
    ['a form', 'application/x-www-form-urlencoded'],
    ['JSON', 'application/json'],
    ['a JWT of any kind', 'application/jwt'],
    ['text in UTF-16', 'application/secevent+jwt; charset=utf-16'],
    ['text in no charset', 'application/secevent+jwt; charset=anything'],
    ['nothing', ''],
  ])('content that is %s', async (_what, type) => {
    const { status, body } = await push(await refusable({}), { 'Content-Type': type })
    expect([status, JSON.parse(body)]).toMatchObject([400, { err: 'invalid_request' }])
    expect(await isIn(await victim())).toBe(true)
  })

  test.each(['GET', 'HEAD', 'PUT', 'DELETE'])('%s', async (method) => {
    const answer = await fetch(new URL('/shared-signals', server.origin), { method })
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST'])
    expect([answer.headers.get('cache-control'), await answer.text()]).toEqual(['no-store', ''])
  })
})

test('the keys of the transmitter are found by its own metadata', async () => {
  const asked: string[] = []
  const place = await startHttpServer((req, res) => {
    asked.push(req.url ?? '')
    const issuer = `${place.origin}/tenant`
    if (req.url === '/keys') json(res, 200, { keys: transmitter.keys.map(({ jwk }) => jwk) })
    else json(res, 200, { issuer, jwks_uri: `${place.origin}/keys` })
  })
  const issuer = `${place.origin}/tenant`
  const other = await startMcpServer({
    environment: { SHARED_SIGNALS_ISSUER: issuer, SHARED_SIGNALS_AUDIENCE: AUDIENCE },
  })
  const sub_id = issSub('auth0|alice', other.issuer.issuer)
  const answer = await fetch(new URL('/shared-signals', other.origin), {
    method: 'POST',
    headers: { 'Content-Type': 'application/secevent+jwt' },
    body: await mint({ claims: { iss: issuer, sub_id } }),
  })
  expect(answer.status).toBe(202)
  expect(other.log.named('user_signed_out')).toHaveLength(1)
  expect(asked).toEqual(['/.well-known/ssf-configuration/tenant', '/keys'])
})

/** A good event about the victim, but for what `sent` changes. */
const refusable = ({ claims, ...sent }: Sent): Promise<string> =>
  mint({ ...sent, claims: { sub_id: issSub(VICTIM), ...claims } })

/** A good event about the victim that nobody has signed. */
async function unsigned(alg: string): Promise<string> {
  const [, claims] = (await refusable({})).split('.')
  const header = Buffer.from(JSON.stringify({ alg, typ: 'secevent+jwt' })).toString('base64url')
  return `${header}.${claims ?? ''}.${alg === 'none' ? '' : 'AAAA'}`
}

const victim = (): Promise<string> => server.mint({ sub: VICTIM, iat: nowSeconds() - 60 })

function issSubOf(iss: string) {
  return { format: 'iss_sub', iss, sub: VICTIM }
}
