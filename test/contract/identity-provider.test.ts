import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DIALECTS } from '../helpers/dialects/dialects.js'
import { OWN_TOKEN } from '../helpers/dialects/provider-stand.js'
import { SECRET, startDialect, type DialectStack } from '../helpers/dialects/start-dialect.js'
import { leakedInto } from '../helpers/exchange-leaks.js'
import { TestIssuer } from '../helpers/test-issuer.js'
import { OTHER_TENANT } from '../unit/identity-providers/persons.js'

let unused: TestIssuer

beforeAll(async () => {
  unused = await TestIssuer.start()
})

afterAll(() => unused.close())

describe.each(DIALECTS)('a server set up for $name', (dialect) => {
  let stack: DialectStack

  beforeAll(async () => {
    stack = await startDialect(dialect, unused)
  })

  afterAll(() => stack.close())

  const { issuerPath, exchangePath = issuerPath, provider, ownPrefix = '' } = dialect
  /** What clients have to write in front of a scope of the server. */
  const prefix = (): string => (provider === 'entra' ? `${stack.world.endpoint}/` : ownPrefix)

  test('a server for any identity provider exchanges where it is documented, as it is documented, and calls the API with that token', async () => {
    const { stand, api, secrets } = stack
    expect(await stack.call(1)).toMatchObject({ status: 200, isError: false })
    const [subjectToken = ''] = secrets.slice(-2)
    expect(stand.exchanges).toHaveLength(1)
    const { path, parameters } = stand.exchanges[0] ?? {}
    expect(path).toBe(exchangePath)
    const actor = {
      actor_token: OWN_TOKEN,
      actor_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    }
    const expected = {
      ...dialect.asked,
      [dialect.subjectParameter]: subjectToken,
      ...(stand.ownTokens === 0 ? {} : actor),
      // By Basic, where the metadata does not say otherwise.
      ...(parameters?.has('client_secret') === true
        ? { client_id: dialect.clientId, client_secret: SECRET }
        : {}),
    }
    expect([...(parameters ?? [])].sort()).toEqual(Object.entries(expected).sort())
    expect(api.requests.map(({ headers }) => headers.authorization)).toEqual([
      `Bearer ${secrets.at(-1) ?? ''}`,
    ])
  })

  test('a server for any identity provider exchanges a token once, and that of another user anew', async () => {
    const token = await stack.subjectToken(2)
    const before = stack.stand.exchanges.length
    for (let call = 0; call < 3; call += 1) await stack.callWith(token)
    expect(stack.stand.exchanges).toHaveLength(before + 1)
    await stack.call(3)
    expect(stack.stand.exchanges).toHaveLength(before + 2)
    const sent = stack.api.requests.slice(-4).map(({ headers }) => headers.authorization)
    expect(new Set(sent.slice(0, 3)).size).toBe(1)
    expect(sent[3]).not.toBe(sent[0])
  })

  test('a server for any identity provider names in its metadata who signs users in, and the scopes as clients ask for them', async () => {
    const response = await fetch(
      new URL('/.well-known/oauth-protected-resource/mcp', stack.server.origin),
    )
    const { origin } = stack.world
    const tenants = provider === 'entra' ? [issuerPath, `/${OTHER_TENANT}/v2.0`] : [issuerPath]
    expect(await response.json()).toMatchObject({
      resource: stack.world.endpoint,
      authorization_servers: tenants.map((path) => `${origin}${path}`),
      scopes_supported: expect.arrayContaining([
        `${prefix()}tool:whoami`,
        `${prefix()}tool:greet`,
      ]) as string[],
    })
  })

  test('a server for any identity provider asks for a scope as clients have to write it, and takes it with its prefix and without', async () => {
    const calls = stack.api.requests.length
    const refused = await stack.call(4, { changes: { scopes: ['tool:whoami'] } })
    expect(refused.status).toBe(403)
    expect(refused.challenge).toMatch(/error="insufficient_scope"/)
    const [, scopes = ''] = /scope="([^"]*)"/.exec(refused.challenge ?? '') ?? []
    expect(scopes.split(' ')).toContain(`${prefix()}tool:greet`)
    expect(stack.api.requests).toHaveLength(calls)

    const written = prefix().slice(ownPrefix.length)
    const whole = { scopes: [`${written}tool:greet`] }
    expect(await stack.call(5, { changes: whole })).toMatchObject({ status: 200, isError: false })
  })

  test('a server for any identity provider takes no scope of another resource, nor one that is like its own', async () => {
    const calls = stack.api.requests.length
    const scopes = [
      ...['api://other/tool:greet', `${stack.world.endpoint}x/tool:greet`, 'TOOL:GREET'],
      ...[`${stack.world.endpoint}/${stack.world.endpoint}/tool:greet`, 'tool:greeting'],
      ...[`${stack.world.endpoint.toUpperCase()}/tool:greet`, `${stack.world.origin}/tool:greet`],
    ]
    for (const scope of scopes) {
      const { status } = await stack.call(6, { changes: { scopes: ['tool:whoami', scope] } })
      expect([scope, status]).toEqual([scope, 403])
    }
    expect(stack.api.requests).toHaveLength(calls)
  })

  test('a server for any identity provider writes no token and no secret into its log', () => {
    expect(stack.secrets.length).toBeGreaterThan(5)
    expect(leakedInto(stack.server.log.text(), [...stack.secrets, OWN_TOKEN])).toEqual([])
  })
})
