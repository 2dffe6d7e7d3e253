import { describe, expect, test } from 'vitest'
import { CLIENT_ID } from '../../helpers/exchange-answers.js'
import { startConfirmingServer } from '../../helpers/confirming-server.js'
import { callTool, postMcp } from '../../helpers/mcp-requests.js'
import { callbackFor, signInAtOnce } from '../../helpers/page-stand.js'
import { PageVisitor } from '../../helpers/page-visitor.js'
import { startHttpServer } from '../../helpers/start-http-server.js'
import { json, TestIssuer } from '../../helpers/test-issuer.js'
import { OTHER_TENANT, TENANT } from '../../unit/identity-providers/persons.js'

const DOCUMENT = /\/?\.well-known\/openid-configuration$/
const ALICE = 'aaaaaaaa-0000-4000-8000-000000000001'
const BOB = 'aaaaaaaa-0000-4000-8000-000000000002'

/** A server for two tenants of Entra ID, each of which issues tokens under two names. */
async function twoTenants() {
  const signer = await TestIssuer.start()
  signInAtOnce(signer, () => ({ claims: idToken }), CLIENT_ID)
  const names = new Set<string>()
  const { port } = await startHttpServer(({ url = '/' }, res) => {
    const asked = `${origin}${url.replace(DOCUMENT, '')}`
    const issuer = names.has(asked) ? asked : `${asked}/`
    json(res, names.has(issuer) ? 200 : 404, {
      ...{ issuer, jwks_uri: `${signer.issuer}jwks`, token_endpoint: `${signer.issuer}token` },
      authorization_endpoint: `${signer.issuer}authorize`,
    })
  })
  const origin = `http://127.0.0.1:${port}`
  const v2 = (tenant: string): string => `${origin}/${tenant}/v2.0`
  const v1 = (tenant: string): string => `${origin}/sts/${tenant}/`
  for (const tenant of [TENANT, OTHER_TENANT]) for (const of of [v2, v1]) names.add(of(tenant))
  const idToken: Record<string, unknown> = {}
  const server = await startConfirmingServer({
    issuer: signer,
    environment: {
      ...{ IDENTITY_PROVIDER: 'entra', ISSUER_BASE_URL: v2(TENANT) },
      ...{ ADDITIONAL_ISSUERS: v1(TENANT), ALLOWED_TENANTS: OTHER_TENANT },
      CONFIRMATION_PAGE: 'always',
    },
  })
  /** The page of a call of Alice with a token of this issuer. */
  const pageOf = async (iss: string, tid: string): Promise<string> => {
    const claims = { iss, tid, oid: ALICE, sub: 'for-mcp', aud: CLIENT_ID }
    const token = await server.mint({
      ...{ ...claims, ver: '2.0', azp: 'some-client' },
      ...{ scp: 'bookings', scope: undefined },
    })
    const message = callTool('cancelBooking', { bookingId: 'b1' })
    const { text } = await postMcp(server.endpoint, message, { token })
    return /http:\S+?\/confirm\/[\w-]{43}/.exec(text)?.[0] ?? text
  }
  /** What a person is shown who signs in at the place with this number. */
  const shownTo = async (url: string, at: number, claims: Record<string, unknown>) => {
    Object.assign(idToken, { sub: 'for-page', ...claims })
    const visitor = new PageVisitor(server.origin)
    const { location = '' } = await visitor.get(`${url}?at=${at}`)
    const { page } = await visitor.get(callbackFor(location))
    return page ?? (await visitor.get(url)).page
  }
  return { server, v1, v2, pageOf, shownTo }
}

describe('the page of a server for several tenants of Entra ID', () => {
  test('shows a call to its user, who signs in at version 2, whichever version made the token of the call', async () => {
    const { v1, v2, pageOf, shownTo } = await twoTenants()
    const alice = { iss: v2(TENANT), tid: TENANT, oid: ALICE }
    for (const issuer of [v1(TENANT), v2(TENANT)]) {
      const url = await pageOf(issuer, TENANT)
      expect(await shownTo(url, 0, alice)).toBe('waiting')
      expect(await shownTo(url, 0, { ...alice, oid: BOB })).toBe('unknown')
    }
  })

  test('asks once where people sign in, and shows no call of one tenant to a user of the other', async () => {
    const { server, v1, v2, pageOf, shownTo } = await twoTenants()
    const url = await pageOf(v1(TENANT), TENANT)
    const { body, page } = await new PageVisitor(server.origin).get(url)
    expect([page, body.match(/\?at=/g)?.length]).toEqual(['places', 2])
    const other = { iss: v2(OTHER_TENANT), tid: OTHER_TENANT, oid: ALICE }
    expect(await shownTo(url, 1, other)).toBe('unknown')
    expect(await shownTo(await pageOf(v1(OTHER_TENANT), OTHER_TENANT), 1, other)).toBe('waiting')
  })

  test('takes no ID token of version 1, and none of another tenant than the place', async () => {
    const { v1, v2, pageOf, shownTo } = await twoTenants()
    const url = await pageOf(v2(TENANT), TENANT)
    const alice = { tid: TENANT, oid: ALICE }
    expect(await shownTo(url, 0, { ...alice, iss: v1(TENANT) })).toBe('fault')
    expect(await shownTo(url, 1, { ...alice, iss: v2(TENANT) })).toBe('fault')
  })
})
