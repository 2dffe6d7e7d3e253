import { decodeJwt } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { callForAnswer } from '../helpers/tool-answer.js'
import { SCOPES } from './parts/administration.js'
import { ALGORITHMS } from './parts/algorithms.js'
import { startFirstHops, type FirstHop, type FirstHops } from './parts/first-hop.js'
import { machineTokenOf, tokensOf } from './parts/tokens.js'

let hops: FirstHops
let stranger: FirstHop

beforeAll(async () => {
  hops = await startFirstHops()
  stranger = await hops.add('RS512')
})

afterAll(async () => {
  await hops.close()
})

const SCOPE = SCOPES.join(' ')

async function tokenFor({ issuer, clientId, server }: FirstHop): Promise<string> {
  const request = { issuer, clientId, resource: server.audience, scope: SCOPE }
  return (await tokensOf(hops.session, request)).access_token
}

/** An ID token whose audience is the MCP server itself: the client has the same name. */
async function idTokenForServer({ issuer, server }: FirstHop): Promise<string> {
  const clientId = server.audience
  await hops.administration.addClient({ clientId, resources: [server.audience] })
  const request = { issuer, clientId, resource: server.audience, scope: SCOPE }
  return (await tokensOf(hops.session, request)).id_token ?? ''
}

interface Refusal {
  readonly kind: string
  readonly token: (hop: FirstHop) => Promise<string>
  readonly reason: string
  readonly text: string
}

const REFUSALS: readonly Refusal[] = [
  {
    kind: 'for another server',
    token: async ({ issuer, clientId, elsewhere }) => {
      const request = { issuer, clientId, resource: elsewhere, scope: SCOPE }
      return (await tokensOf(hops.session, request)).access_token
    },
    reason: 'audience_mismatch',
    text: 'The token is meant for another server.',
  },
  {
    kind: 'for which no resource was named, whose audience is its scopes',
    token: async ({ issuer, clientId }) => {
      return (await tokensOf(hops.session, { issuer, clientId, scope: SCOPE })).access_token
    },
    reason: 'audience_mismatch',
    text: 'The token is meant for another server.',
  },
  {
    kind: 'with other claims than were signed',
    token: async (hop) => {
      const [header, payload = '', signature] = (await tokenFor(hop)).split('.')
      const claims = { ...decodeJwt(`${header}.${payload}.`), sub: 'bob' }
      const other = Buffer.from(JSON.stringify(claims)).toString('base64url')
      return [header, other, signature].join('.')
    },
    reason: 'not_verified',
    text: '',
  },
  {
    kind: 'of another issuer of the same glewlwyd',
    token: async ({ server }) => {
      const { issuer } = stranger
      const clientId = `stranger-to-${server.audience}`
      await hops.administration.addClient({ clientId, resources: [server.audience] })
      const request = { issuer, clientId, resource: server.audience, scope: SCOPE }
      return (await tokensOf(hops.session, request)).access_token
    },
    reason: 'issuer_mismatch',
    text: 'The token comes from another authorization server',
  },
  {
    kind: 'that is an ID token with the audience of this server',
    token: idTokenForServer,
    reason: 'wrong_type',
    text: 'The token is a JWT of another kind, not an access token.',
  },
  {
    kind: 'of a client by itself, without a user',
    token: async ({ issuer, server, name }) => {
      const clientId = `machine-${name}`
      const secret = 'secret-of-the-machine'
      await hops.administration.addClient({ clientId, resources: [server.audience], secret })
      const request = { issuer, clientId, resource: server.audience, scope: SCOPE }
      return machineTokenOf(request, secret)
    },
    reason: 'machine_token',
    text: 'This is a machine-to-machine token.',
  },
]

describe.each(ALGORITHMS)('where glewlwyd signs with %s', (algorithm) => {
  let hop: FirstHop

  beforeAll(async () => {
    hop = await hops.add(algorithm)
  })

  afterEach(() => {
    vi.useRealTimers()
  })

  const whoami = (token: string) => callForAnswer(hop.server, { token, tool: 'whoami' })

  test.each(REFUSALS.map(({ kind, ...refusal }) => [kind, refusal] as const))(
    'a token of glewlwyd %s is refused',
    async (_, { token, reason, text }) => {
      const { status, challenge } = await whoami(await token(hop))
      expect(status).toBe(401)
      expect(challenge).toMatch(/^Bearer error="invalid_token"/)
      expect(challenge).toContain(text)
      expect(hop.server.log.named('request_refused').at(-1)?.fields).toMatchObject({ reason })
    },
  )

  test('a token of glewlwyd that was good is refused once it has expired', async () => {
    const token = await tokenFor(hop)
    expect((await whoami(token)).status).toBe(200)
    // The clock of this process alone: glewlwyd has one of its own.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_700_000 })
    const { status, challenge } = await whoami(token)
    expect(status).toBe(401)
    expect(challenge).toContain('error="invalid_token"')
    expect(challenge).toContain('The access token has expired.')
  })

  test('a token of glewlwyd without the scope of a tool is answered with the scopes to ask for', async () => {
    const { issuer, clientId, server } = hop
    const request = { issuer, clientId, resource: server.audience, scope: 'tool:whoami' }
    const { access_token: token } = await tokensOf(hops.session, request)
    expect((await whoami(token)).status).toBe(200)
    const { status, challenge } = await callForAnswer(server, { token })
    expect(status).toBe(403)
    expect(challenge).toContain('error="insufficient_scope"')
    expect(challenge).toContain('scope="tool:greet openid tool:whoami"')
  })
})
