import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LOGOUT_EVENT } from '../../helpers/logout-token.js'
import { createSigningKey } from '../../helpers/test-issuer.js'
import { AUDIENCE, CAEP, nowSeconds, SignalsStand, TOKEN, type Sent } from './signals-stand.js'

const VICTIM = 'auth0|victim'

let stand: SignalsStand

beforeAll(async () => {
  stand = await SignalsStand.start()
})

afterAll(async () => {
  await stand.close()
})

describe('an event that is refused does nothing', () => {
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
    ['an access token', 'invalid_request', () => stand.transmitter.mint(AUDIENCE)],
    ['another key', 'invalid_key', async () => refusable({ key: await createSigningKey() })],
    ['another issuer', 'invalid_issuer', () => refusable({ by: stand.server.issuer })],
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
    const { status, body } = await stand.push(await make())
    expect(status).toBe(400)
    const answer = JSON.parse(body) as Record<string, unknown>
    expect(Object.keys(answer)).toEqual(['err', 'description'])
    expect(answer['err']).toBe(err)
    expect(await stand.isIn(await victim())).toBe(true)
  })

  test.each([
    ['no bearer token', { Authorization: '' }],
    ['another bearer token', { Authorization: 'Bearer x' }],
    ['another scheme', { Authorization: `Basic ${TOKEN}` }],
  ])('%s', async (_what, headers) => {
    const { status, body } = await stand.push(await refusable({}), headers)
    expect(status).toBe(400)
    expect(JSON.parse(body)).toMatchObject({ err: 'authentication_failed' })
    expect(await stand.isIn(await victim())).toBe(true)
  })

  test('another type of content', async () => {
    const { status } = await stand.push(await refusable({}), { 'Content-Type': 'text/plain' })
    expect(status).toBe(400)
    expect(await stand.isIn(await victim())).toBe(true)
  })

  test('a huge body', async () => {
    const { status } = await stand.push('x'.repeat(500_000))
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
    const { status, body } = await stand.push(await refusable({}), { 'Content-Type': type })
    expect([status, JSON.parse(body)]).toMatchObject([400, { err: 'invalid_request' }])
    expect(await stand.isIn(await victim())).toBe(true)
  })

  test.each(['GET', 'HEAD', 'PUT', 'DELETE'])('%s', async (method) => {
    const answer = await fetch(new URL('/shared-signals', stand.server.origin), { method })
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST'])
    expect([answer.headers.get('cache-control'), await answer.text()]).toEqual(['no-store', ''])
  })
})

/** A good event about the victim, but for what `sent` changes. */
const refusable = ({ claims, ...sent }: Sent): Promise<string> =>
  stand.mint({ ...sent, claims: { sub_id: stand.issSub(VICTIM), ...claims } })

/** A good event about the victim that nobody has signed. */
async function unsigned(alg: string): Promise<string> {
  const [, claims] = (await refusable({})).split('.')
  const header = Buffer.from(JSON.stringify({ alg, typ: 'secevent+jwt' })).toString('base64url')
  return `${header}.${claims ?? ''}.${alg === 'none' ? '' : 'AAAA'}`
}

const victim = (): Promise<string> => stand.server.mint({ sub: VICTIM, iat: nowSeconds() - 60 })
