import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { expect, test, vi } from 'vitest'
import type { Environment } from '../../src/config/config.js'
import type { Fetch } from '../../src/http/fetch-json.js'
import { BOOKINGS } from '../helpers/confirming-server.js'
import { CLIENT_ID } from '../helpers/exchange-answers.js'
import { APP, sendLogout } from '../helpers/logout-token.js'
import { callbackFor, signInAtOnce } from '../helpers/page-stand.js'
import { PageVisitor } from '../helpers/page-visitor.js'
import type { TestServer } from '../helpers/start-mcp-server.js'
import { toolAnswer, type ToolAnswer } from '../helpers/tool-answer.js'
import { modern } from '../helpers/wire.js'
import { postTo, PUBLIC_URL, startFleet } from './helpers/start-fleet.js'

const ASKING = {
  OPENAPI_DOCUMENT: BOOKINGS,
  OPENAPI_CONFIRM: 'writes',
  CONFIRMATION_PAGE: 'always',
}
const { origin, host } = new URL(PUBLIC_URL)

/** A fleet with pages, and the browser of a person in front of it. */
async function pages(environment: Environment = {}) {
  const fleet = await startFleet({ environment: { ...ASKING, ...environment } })
  const { issuer, first, mint } = fleet
  const exchanging = issuer.tokenResponder
  signInAtOnce(issuer, () => ({}), CLIENT_ID)
  const signingIn = issuer.tokenResponder
  issuer.tokenResponder = (request, res) => {
    const isSignIn = request.parameters.get('grant_type') === 'authorization_code'
    return (isSignIn ? signingIn : exchanging)(request, res)
  }
  // As a load balancer, which a test turns by hand.
  const balancer = { to: first }
  const through: Fetch = (input, init) =>
    sendAs(host, { input: input as string | URL, init, to: balancer.to.origin })
  const token = await mint({ scope: 'bookings' })
  return { ...fleet, token, balancer, person: new PageVisitor(origin, through) }
}

/** `fetch` sends no other Host than that of its URL. */
async function sendAs(
  publicHost: string,
  { input, init, to }: { input: string | URL; init: RequestInit | undefined; to: string },
): Promise<Response> {
  const { pathname, search } = new URL(input)
  const form = init?.body instanceof URLSearchParams ? init.body.toString() : undefined
  const headers = { ...(init?.headers as Record<string, string>), host: publicHost }
  const type = form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }
  const sent = request(new URL(pathname + search, to), {
    ...{ method: init?.method ?? 'GET', headers: { ...type, ...headers } },
  }).end(form)
  const [res] = (await once(sent, 'response')) as [IncomingMessage]
  const answered = new Headers()
  for (const [name, values] of Object.entries(res.headersDistinct)) {
    for (const value of values ?? []) answered.append(name, value)
  }
  return new Response(await text(res), { status: res.statusCode ?? 0, headers: answered })
}

async function cancel(server: TestServer, token: string): Promise<ToolAnswer & { url: string }> {
  const { message, headers } = modern('tools/call', {
    ...{ name: 'cancelBooking', arguments: { bookingId: 'b1' } },
  })
  const answer = toolAnswer(await postTo(server, message, { token, headers }))
  return { ...answer, url: /https:\S+\/confirm\/[\w-]+/.exec(answer.text)?.[0] ?? '' }
}

test('a call that one instance asks about is shown, and approved, by another, and counts once', async () => {
  const { first, second, token, balancer, person } = await pages()
  const { url } = await cancel(first, token)
  expect((await cancel(second, token)).url).toBe(url)
  balancer.to = second
  const { location = '' } = await person.get(url)
  balancer.to = first
  const signedIn = await person.get(callbackFor(location))
  expect([signedIn.status, signedIn.location]).toEqual([303, url])
  balancer.to = second
  const shown = await person.get(url)
  expect(shown.body).toContain('cancelBooking')
  balancer.to = first
  const approved = await person.post(url, { token: shown.token ?? '', action: 'approve' })
  expect(approved.status).toBe(303)
  balancer.to = second
  expect((await person.get(url)).page).toBe('approved')
  expect(await cancel(second, token)).toMatchObject({ isError: false })
  const again = await cancel(first, token)
  expect(again.url).not.toBe(url)
  expect(again.isError).toBe(true)
  expect(first.api.requests).toHaveLength(1)
})

test('who signs out at one instance is signed out at all of them', async () => {
  const { first, second, token, balancer, person } = await pages()
  const { url } = await cancel(first, token)
  const { location = '' } = await person.get(url)
  await person.get(callbackFor(location))
  const kept = new Map(person.cookies)
  const shown = await person.get(url)
  await person.post(url, { token: shown.token ?? '', action: 'sign_out' })
  balancer.to = second
  for (const [name, value] of kept) person.cookies.set(name, value)
  expect((await person.get(url)).location).toContain('/authorize')
})

test('who is signed out by the authorization server at one instance is signed out of the page at all of them', async () => {
  const environment = { ALLOWED_HOSTS: 'localhost', BACKCHANNEL_LOGOUT_CLIENTS: APP }
  const { first, second, issuer, token, balancer, person } = await pages(environment)
  const { url } = await cancel(first, token)
  await person.get(callbackFor((await person.get(url)).location ?? ''))
  balancer.to = second
  const { page, token: form = '' } = await person.get(url)
  expect(page).toBe('waiting')
  expect(await sendLogout({ ...first, issuer }, { sub: 'auth0|alice' })).toBe(200)
  await vi.waitUntil(async () => (await person.get(url)).status === 303, { timeout: 60_000 })
  const sent = await person.post(url, { token: form, action: 'approve' })
  expect([sent.status, sent.page]).toEqual([403, 'session-over'])
})

test('nothing is asked, shown or approved while there is no store, and the page says so', async () => {
  const { first, token, person, redis } = await pages()
  const { url } = await cancel(first, token)
  await person.get(callbackFor((await person.get(url)).location ?? ''))
  const { token: form = '' } = await person.get(url)
  await redis.kill()
  const page = await person.get(url)
  expect(page.status).toBe(503)
  expect(page.body).toContain('This page does not work at the moment')
  expect((await person.post(url, { token: form, action: 'approve' })).status).toBe(503)
  const refused = await cancel(first, token)
  expect(refused.isError).toBe(true)
  expect(refused.text).toMatch(/cannot be asked at present/)
  expect(first.api.requests).toEqual([])
  await redis.restart()
})
