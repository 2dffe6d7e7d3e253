import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { describe, expect, test } from 'vitest'
import { startPageStand, type PageStand } from '../helpers/page-stand.js'
import type { PageVisitor } from '../helpers/page-visitor.js'
import { json } from '../helpers/test-issuer.js'

const EVIL = 'https://evil.example/'

async function begun(stand: PageStand, visitor: PageVisitor, url: string): Promise<URL> {
  return stand.callbackFor((await visitor.get(url)).location ?? '')
}

/** A sign-in that was begun; `namesItself`: the authorization server says who answers (RFC 9207). */
async function atCallback(namesItself = false) {
  const stand = await startPageStand()
  const [issuer] = stand.issuers
  if (namesItself) {
    issuer.metadataResponder = (_req, res) => {
      const of = (path: string) => issuer.issuer + path
      json(res, 200, {
        ...{ issuer: issuer.issuer, jwks_uri: of('jwks'), token_endpoint: of('token') },
        authorization_endpoint: of('authorize'),
        authorization_response_iss_parameter_supported: true,
      })
    }
  }
  const visitor = stand.visitor()
  const url = stand.wait()
  const callback = await begun(stand, visitor, url)
  return { stand, issuer, visitor, url, callback }
}

type Change = (callback: URL, issuer: string) => void

const set =
  (name: string, value: (issuer: string) => string): Change =>
  ({ searchParams }, issuer) => {
    searchParams.set(name, value(issuer))
  }
const append =
  (name: string, value: (given: string, issuer: string) => string): Change =>
  ({ searchParams }, issuer) => {
    searchParams.append(name, value(searchParams.get(name) ?? '', issuer))
  }
const both =
  (...changes: readonly Change[]): Change =>
  (callback, issuer) => {
    for (const change of changes) change(callback, issuer)
  }

describe('an answer of the authorization server signs nobody in, and no code of it is redeemed,', () => {
  test.each<[string, boolean, Change]>([
    ['with another iss', false, set('iss', () => EVIL)],
    ['with an empty iss', false, set('iss', () => '')],
    ['with the iss without its slash', false, set('iss', (issuer) => issuer.slice(0, -1))],
    ['with another iss, where it names itself', true, set('iss', () => EVIL)],
    ['without iss, where it names itself', true, () => undefined],
    [
      'with iss twice, the right one first',
      true,
      both(
        set('iss', (issuer) => issuer),
        append('iss', () => EVIL),
      ),
    ],
    [
      'with the right iss twice',
      true,
      both(
        set('iss', (issuer) => issuer),
        append('iss', (given) => given),
      ),
    ],
    ['with two codes', false, append('code', () => 'another')],
    ['with the same code twice', false, append('code', (given) => given)],
    ['with an empty code', false, set('code', () => '')],
    [
      'without a code',
      false,
      ({ searchParams }) => {
        searchParams.delete('code')
      },
    ],
    ['with a code and an error', false, set('error', () => 'access_denied')],
    ['with an ID token in the address', false, set('id_token', () => 'x.y.z')],
    ['with an access token in the address', false, set('token', () => 'x')],
    ['as a JWT', false, set('response', () => 'x.y.z')],
  ])('%s', async (_name, namesItself, change) => {
    const { stand, issuer, visitor, url, callback } = await atCallback(namesItself)
    change(callback, issuer.issuer)
    const answer = await visitor.get(callback)
    expect([answer.status, answer.page]).toEqual([403, 'fault'])
    expect(issuer.tokenRequests).toEqual([])
    expect(visitor.cookies.has('mcp-confirm')).toBe(false)
    expect((await visitor.get(url)).status).toBe(303)
    expect(stand.log.named('confirmation_sign_in_failed')).toHaveLength(1)
  })

  test('and does with the iss that it promises', async () => {
    const { issuer, visitor, url, callback } = await atCallback(true)
    callback.searchParams.set('iss', issuer.issuer)
    const answer = await visitor.get(callback)
    expect([answer.status, answer.location]).toEqual([303, url])
  })
})

describe('an ID token for several audiences', () => {
  test.each<[string, Record<string, unknown>, number]>([
    ['that was issued to us', { aud: ['pages-client', 'another'], azp: 'pages-client' }, 303],
    ['that does not say to whom', { aud: ['pages-client', 'another'] }, 403],
    ['that was issued to another', { aud: ['pages-client', 'another'], azp: 'another' }, 403],
    ['that names us not at all', { aud: ['another', 'further'], azp: 'pages-client' }, 403],
    ['with an azp that is a list', { azp: ['pages-client'] }, 403],
    ['that counts later', { nbf: Math.floor(Date.now() / 1_000) + 300 }, 403],
  ])('%s', async (_name, claims, status) => {
    const { stand, visitor, callback } = await atCallback()
    stand.idToken = { claims }
    expect((await visitor.get(callback)).status).toBe(status)
    expect(visitor.cookies.has('mcp-confirm')).toBe(status === 303)
  })
})

describe('two tabs of one browser', () => {
  test('do not mix up their sign-ins: the later one counts, and leads to its own page', async () => {
    const stand = await startPageStand()
    const visitor = stand.visitor()
    const [first, second] = [stand.wait(), stand.wait()]
    const [ofFirst, ofSecond] = [
      await begun(stand, visitor, first),
      await begun(stand, visitor, second),
    ]
    expect((await visitor.get(ofFirst)).status).toBe(400)
    expect(stand.issuers[0].tokenRequests).toEqual([])
    expect((await visitor.get(ofSecond)).location).toBe(second)
  })

  test.each(['code', 'nonce'] as const)(
    'do not end the sign-in of one with the %s of the other',
    async (part) => {
      const stand = await startPageStand()
      const visitor = stand.visitor()
      const ofFirst = await begun(stand, visitor, stand.wait())
      const ofSecond = await begun(stand, visitor, stand.wait())
      const code = ofFirst.searchParams.get('code') ?? ''
      if (part === 'code') ofSecond.searchParams.set('code', code)
      else stand.idToken = { claims: { nonce: code.split('.')[1] } }
      const answer = await visitor.get(ofSecond)
      expect([answer.status, answer.page]).toEqual([403, 'fault'])
      expect(visitor.cookies.has('mcp-confirm')).toBe(false)
    },
  )
})

describe('a person cannot be signed in as somebody else', () => {
  test('by a link to the end of another sign-in, and stays signed in', async () => {
    const stand = await startPageStand()
    const [alice, mallory] = [stand.visitor(), stand.visitor()]
    const url = stand.wait()
    await stand.signIn(alice, url)
    const link = await begun(stand, mallory, stand.wait())
    expect((await alice.get(link)).status).toBe(400)
    expect(stand.issuers[0].tokenRequests).toHaveLength(1)
    expect((await alice.get(url)).page).toBe('waiting')
  })

  test('over https, by cookies that another host or a plain connection has set', async () => {
    const stand = await startPageStand({ tls: true })
    const [alice, mallory] = [stand.visitor(), stand.visitor()]
    const url = stand.wait()
    const link = await begun(stand, mallory, url)
    const planted = mallory.cookies.get('__Host-mcp-confirm-sign-in') ?? ''
    expect(planted).not.toBe('')
    alice.cookies.set('mcp-confirm-sign-in', planted)
    expect((await alice.get(link)).status).toBe(400)
    expect((await mallory.get(link)).status).toBe(303)
  })

  test('by a cookie beside their own', async () => {
    const { visitor, callback } = await atCallback()
    const own = visitor.cookies.get('mcp-confirm-sign-in') ?? ''
    visitor.cookies.set('mcp-confirm-sign-in', `${own}; mcp-confirm-sign-in=planted`)
    expect((await visitor.get(callback)).status).toBe(400)
  })

  test('by a cookie that was changed', async () => {
    const { visitor, callback, issuer } = await atCallback()
    const own = visitor.cookies.get('mcp-confirm-sign-in') ?? ''
    const parts = own.split('.')
    for (const index of [0, 2, 3, 4]) {
      const changed = parts.map((part, at) => (at === index ? flipped(part) : part)).join('.')
      visitor.cookies.set('mcp-confirm-sign-in', changed)
      expect((await visitor.get(callback)).status).toBe(400)
    }
    expect(issuer.tokenRequests).toEqual([])
    visitor.cookies.set('mcp-confirm-sign-in', own)
    expect((await visitor.get(callback)).status).toBe(303)
  })
})

describe('no request decides where the browser goes', () => {
  const names = ['returnTo', 'return_to', 'redirect_uri', 'next', 'state']
  const TO_EVIL = new URLSearchParams(
    Object.fromEntries(names.map((name) => [name, EVIL])),
  ).toString()

  test('by its parameters', async () => {
    const stand = await startPageStand()
    const visitor = stand.visitor()
    const url = stand.wait()
    const { location = '' } = await visitor.get(`${url}?${TO_EVIL}`)
    const at = new URL(location)
    expect(at.href.startsWith(`${stand.issuers[0].issuer}authorize?`)).toBe(true)
    expect(at.searchParams.getAll('redirect_uri')).toEqual([`${stand.origin}/confirm/callback`])
    expect(location).not.toContain('evil')
    const callback = stand.callbackFor(location)
    const query = new URLSearchParams(TO_EVIL)
    query.delete('state')
    const ended = await visitor.get(`${callback.href}&${query.toString()}`)
    expect([ended.status, ended.location]).toEqual([303, url])
    const { token = '' } = await visitor.get(url)
    const form = { token, action: 'decline', returnTo: EVIL }
    expect((await visitor.post(`${url}?${TO_EVIL}`, form)).location).toBe(url)
  })

  test.each(['host', 'x-forwarded-host', 'forwarded', 'x-original-url', 'referer'])(
    'by its header %s',
    async (name) => {
      const stand = await startPageStand()
      const value = name === 'forwarded' ? 'host=evil.example;proto=https' : 'evil.example'
      const sent = request(stand.wait(), { headers: { [name]: value } }).end()
      const [res] = (await once(sent, 'response')) as [IncomingMessage]
      res.resume()
      const { searchParams } = new URL(res.headers.location ?? '')
      expect(res.statusCode).toBe(303)
      expect(searchParams.get('redirect_uri')).toBe(`${stand.origin}/confirm/callback`)
      expect(res.headers.location).not.toContain('evil')
    },
  )
})

/** Another first character. */
function flipped(text: string): string {
  return (text.startsWith('A') ? 'B' : 'A') + text.slice(1)
}
