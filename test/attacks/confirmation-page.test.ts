import { describe, expect, test } from 'vitest'
import { startApprovingStack } from '../helpers/approving-stack.js'
import { PageVisitor, type PageAnswer } from '../helpers/page-visitor.js'

async function waiting() {
  const stack = await startApprovingStack()
  const token = await stack.tokenOf()
  const { url = '' } = await stack.cancel(token)
  const alice = new PageVisitor(stack.endpoint.origin)
  const mallory = new PageVisitor(stack.endpoint.origin)
  const isApproved = async (): Promise<boolean> => (await stack.cancel(token)).url !== url
  const other = new URL(`/confirm/${'A'.repeat(43)}`, url).href
  return { stack, token, url, other, alice, mallory, isApproved }
}

/** Registers another public client (RFC 7591). */
async function anotherClient({ issuer }: { readonly issuer: string }): Promise<string> {
  const response = await fetch(new URL('oidc/register', issuer), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: 'Another client',
      redirect_uris: ['http://127.0.0.1/callback'],
      token_endpoint_auth_method: 'none',
      application_type: 'native',
    }),
  })
  const { client_id: id } = (await response.json()) as { readonly client_id: string }
  return id
}

/** What differs from one visit to the next by itself: what the form of a session has to bring along. */
const sameFor = ({ status, body, headers }: PageAnswer): unknown => {
  const rest = [...headers].filter(([name]) => name !== 'x-request-id' && name !== 'date')
  return { status, rest, body: body.replace(/name="token" value="[^"]*"/g, '') }
}

describe('the page on which calls are approved', () => {
  test('answers for the call of another user as for one that does not exist', async () => {
    const { url, other, mallory, stack, isApproved } = await waiting()
    const foreign = await mallory.open(url, 'bob')
    expect([foreign.status, foreign.page]).toEqual([404, 'unknown'])
    expect(foreign.body).not.toMatch(/cancelBooking|alice/i)
    const missing = await mallory.get(other)
    expect(sameFor(foreign)).toEqual(sameFor(missing))
    expect(stack.log.named('confirmation_foreign')).toHaveLength(1)
    const { token = '' } = foreign
    const sent = await mallory.post(url, { token, action: 'approve' })
    const sentToNone = await mallory.post(other, { token: missing.token ?? '', action: 'approve' })
    expect([sent.status, sentToNone.status]).toEqual([303, 303])
    expect(await isApproved()).toBe(false)
  })

  test('begins the same sign-in for a call that exists, and for one that does not', async () => {
    const { url, other } = await waiting()
    const of = async (page: string) => {
      const visitor = new PageVisitor(new URL(page).origin)
      const { status, location = '' } = await visitor.get(page)
      const { origin, pathname, searchParams } = new URL(location)
      for (const name of ['state', 'nonce', 'code_challenge']) searchParams.delete(name)
      return { status, origin, pathname, parameters: searchParams.toString() }
    }
    expect(await of(url)).toEqual(await of(other))
    expect((await of(url)).parameters).toContain('code_challenge_method=S256')
  })

  test('approves nothing by GET, by a foreign form, or without the token of the page', async () => {
    const { url, other, alice, mallory, isApproved } = await waiting()
    const { token = '' } = await alice.open(url, 'alice')
    const { token: ofOther = '' } = await alice.get(other)
    const { token: ofBob = '' } = await mallory.open(url, 'bob')
    const approve = { token, action: 'approve' }
    const evil = 'https://evil.example'
    const attempts: readonly (readonly [PageAnswer, number])[] = [
      [await alice.get(`${url}?action=approve&token=${token}`), 200],
      [await alice.post(url, approve, { origin: evil }), 403],
      [await alice.post(url, approve, { origin: 'null' }), 403],
      [await alice.post(url, approve, { origin: 'http://localhost:1' }), 403],
      [await alice.post(url, approve, { origin: '' }), 403],
      [await alice.post(url, approve, { 'sec-fetch-site': 'cross-site' }), 403],
      [await alice.post(url, approve, { 'sec-fetch-site': 'same-site' }), 403],
      [await alice.post(url, { action: 'approve' }), 403],
      [await alice.post(url, { token: `${token}x`, action: 'approve' }), 403],
      [await alice.post(url, { token: ofOther, action: 'approve' }), 403],
      [await alice.post(url, { token: ofBob, action: 'approve' }), 403],
      [await alice.post(url, { token, action: 'toString' }), 403],
      [await alice.post(url, { ...approve, more: 'x'.repeat(5_000) }), 400],
      [await alice.post(url, approve, { 'content-type': 'text/plain' }), 403],
    ]
    expect(attempts.map(([{ status }]) => status)).toEqual(attempts.map(([, status]) => status))
    const nobody = new PageVisitor(new URL(url).origin)
    const sentByNobody = await nobody.post(url, approve)
    expect([sentByNobody.status, sentByNobody.page]).toEqual([403, 'session-over'])
    expect(await isApproved()).toBe(false)
    expect((await alice.post(url, approve)).status).toBe(303)
    expect((await alice.get(url)).page).toBe('approved')
  })

  test('takes one answer, and no other after it', async () => {
    const { stack, token, url, alice } = await waiting()
    const { token: form = '' } = await alice.open(url, 'alice')
    await alice.post(url, { token: form, action: 'decline' })
    await alice.post(url, { token: form, action: 'approve' })
    expect((await alice.get(url)).page).toBe('declined')
    expect((await stack.cancel(token)).text).toMatch(/declined/)
    await alice.post(url, { token: form, action: 'approve' })
    expect((await stack.cancel(token)).text).toMatch(/Nothing was called/)
    expect(stack.apiCalls).toEqual([])
  })

  test('approves these arguments, of this user, at this client, and nothing else', async () => {
    const { stack, token, url, alice } = await waiting()
    const { token: form = '' } = await alice.open(url, 'alice')
    await alice.post(url, { token: form, action: 'approve' })
    const changed = await stack.cancel(token, { bookingId: 'another' })
    const ofBob = await stack.cancel(await stack.tokenOf('bob'))
    const atAnother = await stack.cancel(await stack.tokenOf('alice', await anotherClient(stack)))
    for (const { text, url: anew } of [changed, ofBob, atAnother]) {
      expect(text).not.toMatch(/no booking/i)
      expect(anew).not.toBe(url)
    }
    expect(stack.apiCalls).toEqual([])
    await stack.cancel(token)
    expect(stack.apiCalls).toHaveLength(1)
  })

  test('ends no sign-in that another browser began, and each once', async () => {
    const { url, alice, mallory } = await waiting()
    const callback = await mallory.callbackUrl(url, 'bob')
    expect((await alice.get(callback)).status).toBe(400)
    await alice.get(url)
    expect((await alice.get(callback)).status).toBe(400)
    expect(alice.cookies.has('mcp-confirm')).toBe(false)
    const wrongState = new URL(callback)
    wrongState.searchParams.set('state', 'x')
    expect((await mallory.get(wrongState)).status).toBe(400)
    const wrongIssuer = new URL(callback)
    wrongIssuer.searchParams.set('iss', 'http://localhost:1/')
    expect((await mallory.get(wrongIssuer)).status).toBe(403)
    expect((await mallory.get(callback)).status).toBe(303)
    expect((await mallory.get(callback)).status).toBe(400)
  })

  test('gives a session an id of its own, whatever the browser came with, and ends the old one', async () => {
    const { url, alice, mallory } = await waiting()
    alice.cookies.set('mcp-confirm', 'fixed-by-mallory')
    await alice.open(url, 'alice')
    const first = alice.cookies.get('mcp-confirm') ?? ''
    expect(first).toMatch(/^[\w-]{43}$/)
    const { headers } = await new PageVisitor(new URL(url).origin).get(url)
    expect(headers.getSetCookie()[0]).toMatch(/; Path=\/; HttpOnly; SameSite=Lax; Max-Age=300$/)
    mallory.cookies.set('mcp-confirm', first)
    expect((await mallory.get(url)).page).toBe('waiting')
    const { token = '' } = await alice.get(url)
    expect((await alice.post(url, { token, action: 'sign_out' })).page).toBe('signed-out')
    expect((await mallory.get(url)).status).toBe(303)
  })

  test('leads nowhere else, and knows no other form of an id', async () => {
    const { url, alice } = await waiting()
    await alice.open(url, 'alice')
    const ids = ['x', 'A'.repeat(44), `${'A'.repeat(42)}%2F`, '%2F%2Fevil.example', '..%2Fmcp']
    for (const id of [...ids, 'A'.repeat(8_000)]) {
      const answer = await alice.get(new URL(`/confirm/${id}`, url))
      expect([answer.status, answer.location]).toEqual([404, undefined])
      const sent = await alice.post(new URL(`/confirm/${id}`, url), { action: 'approve' })
      expect([sent.status, sent.location]).toEqual([404, undefined])
    }
  })

  test('cannot be framed, is not kept, and loads nothing', async () => {
    const { url, alice } = await waiting()
    const answers = [await alice.open(url, 'alice'), await alice.get(`${url}x`)]
    for (const { headers } of answers) {
      const policy = headers.get('content-security-policy') ?? ''
      expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; /)
      expect(policy).toContain("form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
      expect(policy).not.toMatch(/script-src|unsafe/)
      expect(headers.get('x-frame-options')).toBe('DENY')
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('referrer-policy')).toBe('same-origin')
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
    }
  })
})
