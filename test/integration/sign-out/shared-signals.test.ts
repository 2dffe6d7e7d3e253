import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startHttpServer } from '../../helpers/start-http-server.js'
import { startMcpServer } from '../../helpers/start-mcp-server.js'
import { json } from '../../helpers/test-issuer.js'
import { AUDIENCE, CAEP, nowSeconds, SignalsStand, type Sent } from './signals-stand.js'

const SSF = 'https://schemas.openid.net/secevent/ssf/event-type/'
const VICTIM = 'auth0|victim'

let stand: SignalsStand

beforeAll(async () => {
  stand = await SignalsStand.start()
})

afterAll(async () => {
  await stand.close()
})

/** A user of whom nobody has heard before, with a token of a minute ago. */
async function someUser(claims: Readonly<Record<string, unknown>> = {}) {
  const sub = `auth0|${randomUUID()}`
  return { sub, token: await stand.server.mint({ sub, iat: nowSeconds() - 60, ...claims }) }
}

describe('an event about a user', () => {
  test.each(['session-revoked', 'credential-change', 'token-claims-change'])(
    '%s ends what the user has',
    async (name) => {
      const { sub, token } = await someUser()
      const sent = { type: `${CAEP}${name}`, claims: { sub_id: stand.issSub(sub) } }
      expect(await stand.push(await stand.mint(sent))).toEqual({ status: 202, body: '' })
      expect(await stand.isIn(token)).toBe(false)
      expect(await stand.isIn(await stand.server.mint({ sub, iat: nowSeconds() + 2 }))).toBe(true)
    },
  )

  test.each([
    ['in the event', (sub: string) => ({ event: { subject: stand.issSub(sub) } })],
    [
      'in the event, as a part of it and by an older name',
      (sub: string) => ({
        event: {
          subject: { user: { subject_type: 'iss-sub', iss: stand.server.issuer.issuer, sub } },
        },
      }),
    ],
    [
      'as one of several names',
      (sub: string) => ({
        claims: {
          sub_id: {
            format: 'aliases',
            identifiers: [{ format: 'email', email: 'a@example.com' }, stand.issSub(sub)],
          },
        },
      }),
    ],
    [
      'with a session, which need not be that of access tokens',
      (sub: string) => ({
        claims: {
          sub_id: {
            ...{ format: 'complex', user: stand.issSub(sub) },
            session: { format: 'opaque', id: 'anything' },
          },
        },
      }),
    ],
    [
      'as a user of the transmitter',
      (sub: string) => ({ claims: { sub_id: stand.issSub(sub, stand.transmitter.issuer) } }),
    ],
  ])('names the user %s', async (_how, sent) => {
    const { sub, token } = await someUser({ sid: 's-1' })
    expect((await stand.push(await stand.mint(sent(sub)))).status).toBe(202)
    expect(await stand.isIn(token)).toBe(false)
  })

  test('names a session alone', async () => {
    const { token } = await someUser({ sid: 's-77' })
    const other = await someUser({ sid: 's-78' })
    const session = { format: 'opaque', id: 's-77' }
    await stand.push(await stand.mint({ claims: { sub_id: { format: 'complex', session } } }))
    expect([await stand.isIn(token), await stand.isIn(other.token)]).toEqual([false, true])
  })

  test.each([
    ['seconds', 1],
    ['milliseconds', 1_000],
  ])('says when it happened, in %s: a later sign-in counts', async (_unit, factor) => {
    const { sub, token } = await someUser()
    const later = await stand.server.mint({ sub, iat: nowSeconds() - 20 })
    const event = { event_timestamp: (nowSeconds() - 30) * factor }
    await stand.push(await stand.mint({ event, claims: { sub_id: stand.issSub(sub) } }))
    expect([await stand.isIn(token), await stand.isIn(later)]).toEqual([false, true])
  })

  test.each([
    ['of the future', nowSeconds() + 10_000],
    ['of long ago', 5],
    ['of no number', 'yesterday'],
  ])('with a time %s counts when it was issued', async (_what, stamp) => {
    const { sub, token } = await someUser()
    await stand.push(
      await stand.mint({
        event: { event_timestamp: stamp },
        claims: { sub_id: stand.issSub(sub) },
      }),
    )
    expect(await stand.isIn(token)).toBe(false)
    expect(await stand.isIn(await stand.server.mint({ sub, iat: nowSeconds() + 2 }))).toBe(true)
  })

  test('that comes again is acknowledged, and does nothing', async () => {
    const { sub } = await someUser()
    const text = await stand.mint({ claims: { sub_id: stand.issSub(sub) } })
    const lines = (): number => stand.server.log.named('user_signed_out').length
    const before = lines()
    expect([(await stand.push(text)).status, (await stand.push(text)).status]).toEqual([202, 202])
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
    [
      'about a user by a number',
      () => ({ claims: { sub_id: { ...stand.issSub(VICTIM), sub: 7 } } }),
    ],
    [
      'about a user by an empty text',
      () => ({ claims: { sub_id: { ...stand.issSub(VICTIM), sub: '' } } }),
    ],
    ['about an account', { claims: { sub_id: { format: 'account', uri: `acct:${VICTIM}` } } }],
    ['about an opaque id', { claims: { sub_id: { format: 'opaque', id: VICTIM } } }],
    ['about no name of many', { claims: { sub_id: { format: 'aliases', identifiers: [] } } }],
    [
      'about names that are no list',
      () => ({ claims: { sub_id: { format: 'aliases', identifiers: stand.issSub(VICTIM) } } }),
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
    const before = stand.server.log.named('user_signed_out').length
    expect(
      (await stand.push(await stand.mint(typeof sent === 'function' ? sent() : sent))).status,
    ).toBe(202)
    expect(stand.server.log.named('user_signed_out')).toHaveLength(before)
    expect(await stand.isIn(token)).toBe(true)
    expect(stand.server.log.text()).not.toContain('alice@example.com')
  })
})

describe('an event about the stream', () => {
  test('verification is logged', async () => {
    const sent = { type: `${SSF}verification`, event: { state: 'x' } }
    const sub_id = { format: 'opaque', id: 'stream-1' }
    expect((await stand.push(await stand.mint({ ...sent, claims: { sub_id } }))).status).toBe(202)
    expect(stand.server.log.named('shared_signals_verified')).toHaveLength(1)
  })

  test('a stream that ends is a warning', async () => {
    const sent = { type: `${SSF}stream-updated`, event: { status: 'disabled' } }
    expect((await stand.push(await stand.mint(sent))).status).toBe(202)
    const [line] = stand.server.log.named('shared_signals_stream_updated')
    expect([line?.level, line?.fields['status']]).toEqual(['warn', 'disabled'])
  })
})

test('the keys of the transmitter are found by its own metadata', async () => {
  const asked: string[] = []
  const place = await startHttpServer((req, res) => {
    asked.push(req.url ?? '')
    const issuer = `${place.origin}/tenant`
    if (req.url === '/keys') json(res, 200, { keys: stand.transmitter.keys.map(({ jwk }) => jwk) })
    else json(res, 200, { issuer, jwks_uri: `${place.origin}/keys` })
  })
  const issuer = `${place.origin}/tenant`
  const other = await startMcpServer({
    environment: { SHARED_SIGNALS_ISSUER: issuer, SHARED_SIGNALS_AUDIENCE: AUDIENCE },
  })
  const sub_id = stand.issSub('auth0|alice', other.issuer.issuer)
  const answer = await fetch(new URL('/shared-signals', other.origin), {
    method: 'POST',
    headers: { 'Content-Type': 'application/secevent+jwt' },
    body: await stand.mint({ claims: { iss: issuer, sub_id } }),
  })
  expect(answer.status).toBe(202)
  expect(other.log.named('user_signed_out')).toHaveLength(1)
  expect(asked).toEqual(['/.well-known/ssf-configuration/tenant', '/keys'])
})

function issSubOf(iss: string) {
  return { format: 'iss_sub', iss, sub: VICTIM }
}
