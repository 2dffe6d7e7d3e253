import { describe, expect, test, vi } from 'vitest'
import { startConfirmingServer } from '../helpers/confirming-server.js'
import { startPageStand, type PageStand, type PageStandOptions } from '../helpers/page-stand.js'
import type { PageAnswer, PageVisitor } from '../helpers/page-visitor.js'
import { json } from '../helpers/test-issuer.js'

/** What every answer of the pages has, to the letter: `fetch` joins a header that is there twice. */
const HEADERS: Readonly<Record<string, unknown>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': expect.stringMatching(
    /^default-src 'none'; style-src 'sha256-[\w+/]{43}='; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
  ) as string,
  'cache-control': 'no-store',
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

interface Case {
  readonly stand: PageStand
  readonly visitor: PageVisitor
  readonly url: string
}

interface Kind {
  readonly name: string
  readonly status: number
  /** `undefined`: a redirect. */
  readonly page?: string
  readonly cookies?: 'signing in' | 'signed in' | 'signed out'
  readonly options?: PageStandOptions
  readonly answer: (on: Case) => Promise<PageAnswer>
}

const NO_CALL = 'A'.repeat(43)

const begun = async ({ stand, visitor, url }: Case): Promise<URL> =>
  stand.callbackFor((await visitor.get(url)).location ?? '')

/** What the person is shown who has signed in. */
async function shown(on: Case): Promise<string> {
  await on.stand.signIn(on.visitor, on.url)
  return (await on.visitor.get(on.url)).token ?? ''
}

async function sent(on: Case, action: string): Promise<PageAnswer> {
  return on.visitor.post(on.url, { token: await shown(on), action })
}

async function afterwards(on: Case, action: string): Promise<PageAnswer> {
  await sent(on, action)
  return on.visitor.get(on.url)
}

const SHOWN: readonly Kind[] = [
  {
    ...{ name: 'a call that waits', status: 200, page: 'waiting' },
    answer: async (on) => {
      await shown(on)
      return on.visitor.get(on.url)
    },
  },
  {
    ...{ name: 'a call that was approved', status: 200, page: 'approved' },
    answer: (on) => afterwards(on, 'approve'),
  },
  {
    ...{ name: 'a call that was declined', status: 200, page: 'declined' },
    answer: (on) => afterwards(on, 'decline'),
  },
  {
    ...{ name: 'no call, to who has signed in', status: 404, page: 'unknown' },
    answer: async (on) => {
      await shown(on)
      return on.visitor.get(new URL(NO_CALL, on.url))
    },
  },
  {
    ...{ name: 'an address that has no page', status: 404, page: 'unknown' },
    answer: ({ visitor, url }) => visitor.get(new URL('x', url)),
  },
  {
    ...{ name: 'several authorization servers', status: 200, page: 'places' },
    options: { servers: 2 },
    answer: ({ visitor, url }) => visitor.get(url),
  },
  {
    ...{ name: 'a failure of our own', status: 500, page: 'fault' },
    answer: async (on) => {
      await shown(on)
      vi.spyOn(on.stand.pending, 'find').mockImplementation(() => {
        throw new Error('of this test')
      })
      return on.visitor.get(on.url)
    },
  },
]

const SIGN_INS: readonly Kind[] = [
  {
    ...{ name: 'a sign-in that begins', status: 303, cookies: 'signing in' },
    answer: ({ visitor, url }) => visitor.get(url),
  },
  {
    ...{ name: 'a sign-in that ends', status: 303, cookies: 'signed in' },
    answer: ({ stand, visitor, url }) => stand.signIn(visitor, url),
  },
  {
    ...{ name: 'a sign-in that was begun elsewhere', status: 400, page: 'fault' },
    answer: async (on) => on.stand.visitor().get(await begun(on)),
  },
  {
    ...{ name: 'a sign-in that was refused', status: 403, page: 'fault' },
    answer: async (on) => {
      const callback = await begun(on)
      callback.searchParams.delete('code')
      callback.searchParams.set('error', 'access_denied')
      return on.visitor.get(callback)
    },
  },
  {
    ...{ name: 'a sign-in that is not for us', status: 403, page: 'fault' },
    answer: ({ stand, visitor, url }) => {
      stand.idToken = { claims: { nonce: 'another' } }
      return stand.signIn(visitor, url)
    },
  },
  {
    ...{ name: 'a sign-in without an authorization server', status: 503, page: 'fault' },
    answer: ({ stand, visitor, url }) => {
      stand.issuers[0].metadataResponder = (_req, res) => {
        json(res, 500, {})
      }
      return visitor.get(url)
    },
  },
]

const FORMS: readonly Kind[] = [
  { name: 'a form that is taken', status: 303, answer: (on) => sent(on, 'approve') },
  {
    ...{ name: 'a form to an address that has no page', status: 404, page: 'unknown' },
    answer: ({ visitor, url }) => visitor.post(new URL('x', url), { action: 'approve' }),
  },
  {
    ...{ name: 'a form of a foreign page', status: 403, page: 'fault' },
    answer: async (on) => {
      const form = { token: await shown(on), action: 'approve' }
      return on.visitor.post(on.url, form, { origin: 'https://evil.example' })
    },
  },
  {
    ...{ name: 'a form without its token', status: 403, page: 'fault' },
    answer: async (on) => {
      await shown(on)
      return on.visitor.post(on.url, { action: 'approve' })
    },
  },
  {
    ...{ name: 'a form after the session', status: 403, page: 'session-over' },
    answer: ({ visitor, url }) => visitor.post(url, { action: 'approve' }),
  },
  {
    ...{ name: 'a form that cannot be read', status: 400, page: 'fault' },
    answer: ({ visitor, url }) => visitor.post(url, { more: 'x'.repeat(5_000) }),
  },
  {
    ...{ name: 'signing out', status: 200, page: 'signed-out', cookies: 'signed out' },
    answer: (on) => sent(on, 'sign_out'),
  },
]

/** The `Set-Cookie` lines, with the values taken out that are new each time. */
function cookieLines({ headers }: PageAnswer): readonly string[] {
  return headers.getSetCookie().map((line) => line.replace(/=[\w.-]{43,};/, '=…;'))
}

/** To the letter: no `Domain`, and no other path, is what `__Host-` stands for. */
function expectedCookies(kind: Kind['cookies'], isSecure: boolean): readonly string[] {
  const line = (name: string, value: string, maxAge: number): string =>
    `${isSecure ? '__Host-' : ''}${name}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAge}${isSecure ? '; Secure' : ''}`
  if (kind === 'signing in') return [line('mcp-confirm-sign-in', '…', 300)]
  if (kind === 'signed out') return [line('mcp-confirm', '', 0)]
  if (kind === undefined) return []
  return [line('mcp-confirm-sign-in', '', 0), line('mcp-confirm', '…', 300)]
}

describe.each([
  ['over https', true],
  ['over http on this machine', false],
] as const)('the headers and cookies of the pages, %s', (_name, tls) => {
  test.each([...SHOWN, ...SIGN_INS, ...FORMS])('$name: $status', async (kind) => {
    const stand = await startPageStand({ ...kind.options, tls })
    const visitor = stand.visitor()
    const answer = await kind.answer({ stand, visitor, url: stand.wait() })
    expect([answer.status, answer.page]).toEqual([kind.status, kind.page])
    expect(answer.location === undefined).toBe(kind.status !== 303)
    const found = Object.keys(HEADERS).map((name) => [name, answer.headers.get(name)])
    expect(Object.fromEntries(found)).toEqual(HEADERS)
    expect(cookieLines(answer)).toEqual(expectedCookies(kind.cookies, tls))
    vi.restoreAllMocks()
  })
})

describe('what a server answers beside its pages', () => {
  test.each([
    ['GET', '/confirm'],
    ['GET', '/confirm/'],
    ['GET', '/confirm/%E0%A4%A'],
    ['GET', `/confirm/${NO_CALL}/more`],
    ['POST', '/confirm/callback'],
    ['PUT', `/confirm/${NO_CALL}`],
    ['DELETE', `/confirm/${NO_CALL}`],
    ['OPTIONS', `/confirm/${NO_CALL}`],
  ])(
    '%s %s: cannot be framed, is not kept, loads nothing, and sets no cookie',
    async (method, path) => {
      const server = await startConfirmingServer({ environment: { CONFIRMATION_PAGE: 'always' } })
      const { headers, status } = await fetch(server.origin + path, { method, redirect: 'manual' })
      if (method !== 'OPTIONS') expect(status).toBeGreaterThanOrEqual(400)
      expect(headers.get('content-security-policy')).toMatch(
        /^default-src 'none';.*frame-ancestors 'none'/,
      )
      expect(headers.get('x-frame-options')?.toUpperCase()).toBe('DENY')
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('access-control-allow-origin')).toBeNull()
      expect(headers.getSetCookie()).toEqual([])
    },
  )

  test('the page of a call has the same headers there', async () => {
    const server = await startConfirmingServer({ environment: { CONFIRMATION_PAGE: 'always' } })
    const { headers, status } = await fetch(`${server.origin}/confirm/x`)
    expect(status).toBe(404)
    const found = Object.keys(HEADERS).map((name) => [name, headers.get(name)])
    expect(Object.fromEntries(found)).toEqual(HEADERS)
  })
})
