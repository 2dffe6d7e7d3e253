import { writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Entry } from '../../apps/authorization-server/testing/management/tenant.js'
import { serverTag } from '../../cli/setup/marks.js'
import { CALLBACK, NAME, PAGE, usePageBench } from './confirmation-page-bench.js'
import { MCP } from './setup-support.js'

const { used, succeeds, fails, pageClient, settings } = usePageBench()

describe('a client of the confirmation page that is there already', () => {
  test('is found again behind more than one page of others, and nothing is written', async () => {
    await succeeds(...PAGE)
    used.standIn.tenant.clients.unshift(
      ...Array.from({ length: 150 }, (_, n) => ({ client_id: `other-${n}`, app_type: 'spa' })),
    )
    used.standIn.requests.length = 0
    expect(await succeeds(...PAGE)).toContain('Everything is in line.')
    expect(used.standIn.writes()).toEqual([])
  })

  test.each<[string, Entry, string]>([
    ['lacks the callback', { callbacks: [] }, `callbacks: [] -> ["${CALLBACK}"]`],
    ['has never had a callback', { callbacks: undefined }, `callbacks: [] -> ["${CALLBACK}"]`],
    [
      'has got further grants',
      { grant_types: ['authorization_code', 'refresh_token', 'password'] },
      'grant_types: ["authorization_code","refresh_token","password"] -> ["authorization_code"]',
    ],
    ['has no grant', { grant_types: [] }, 'grant_types: [] -> ["authorization_code"]'],
    [
      'has HS256',
      { jwt_configuration: { alg: 'HS256', lifetime_in_seconds: 36_000 } },
      '-> {"alg":"RS256"}',
    ],
    ['is not OIDC conformant', { oidc_conformant: false }, 'oidc_conformant: false -> true'],
    [
      'has no secret',
      { token_endpoint_auth_method: 'none' },
      'token_endpoint_auth_method: "none" -> "client_secret_post"',
    ],
  ])('and %s is brought into line by that alone', async (_fault, fault, detail) => {
    await succeeds(...PAGE)
    const before = structuredClone(pageClient())
    const bare = Object.entries(fault).filter(([, value]) => value !== undefined)
    for (const name of Object.keys(fault)) Reflect.deleteProperty(pageClient(), name)
    Object.assign(pageClient(), Object.fromEntries(bare))
    used.standIn.requests.length = 0
    expect(await succeeds(...PAGE)).toContain(detail)
    expect(used.standIn.writes()).toEqual([`PATCH /api/v2/clients/${String(before['client_id'])}`])
    expect(pageClient()).toEqual(before)
  })

  test('keeps the callbacks that others have added, and they are named', async () => {
    await succeeds(...PAGE)
    const other = 'https://old.example/confirm/callback'
    Object.assign(pageClient(), { callbacks: [other] })
    const output = await succeeds(...PAGE)
    expect(output).toMatch(/WIDENS {4}change the client \w+ of the confirmation page/)
    expect(output).toContain(`has ${other} too, which stays`)
    expect(pageClient()['callbacks']).toEqual([other, CALLBACK])
  })

  test('and proves itself by a key is not made to fit', async () => {
    await succeeds(...PAGE)
    const methods = { private_key_jwt: { credentials: [] } }
    Object.assign(pageClient(), { client_authentication_methods: methods })
    expect(await fails(...PAGE)).toContain('proves itself by private_key_jwt')
  })

  test.each<[string, Entry]>([
    ['the same name', {}],
    ['the same callback', { callbacks: [CALLBACK] }],
    [
      "the page's mark alone",
      { client_metadata: { mcp_on_behalf_of_confirmation: serverTag(MCP) } },
    ],
    [
      'the marks of another server',
      {
        client_metadata: {
          provisioned_by: 'mcp-on-behalf-of',
          mcp_on_behalf_of_confirmation: serverTag('https://other.example/mcp'),
        },
      },
    ],
  ])('but is of somebody else, with %s, is left alone', async (_likeness, members) => {
    const theirs = {
      ...{ client_id: 'theirs', client_secret: 'the-secret-of-theirs', app_type: 'regular_web' },
      ...{ name: NAME, grant_types: ['password'], ...members },
    }
    used.standIn.tenant.clients.push(theirs)
    const before = structuredClone(theirs)
    await succeeds(...PAGE)
    expect(theirs).toEqual(before)
    expect(settings()['CONFIRMATION_CLIENT_ID']).not.toBe('theirs')
    await succeeds('--remove')
    expect(used.standIn.tenant.clients).toEqual([before])
  })

  test('twice, after two runs at once, is not guessed between, and both go with --remove', async () => {
    await succeeds(...PAGE)
    const { clients } = used.standIn.tenant
    clients.push({ ...pageClient(), client_id: 'of-the-other-run' })
    expect(await fails(...PAGE)).toContain(
      `Several clients are for the confirmation page of ${MCP}: `,
    )
    expect(await succeeds()).toContain('Everything is in line.')
    await succeeds('--remove')
    expect(clients).toEqual([])
  })
})

describe('setup without --confirmation-page', () => {
  test('leaves the client, its connection and its settings as they are', async () => {
    await succeeds(...PAGE)
    const [tenant, before] = [structuredClone(used.standIn.tenant), settings()]
    expect(await succeeds()).toContain('Everything is in line.')
    expect(used.standIn.tenant).toEqual(tenant)
    const output = await succeeds('--force', '--server-scopes', 'tool:whoami')
    expect(output).toContain(
      'what stays: CONFIRMATION_PAGE CONFIRMATION_CLIENT_ID CONFIRMATION_CLIENT_SECRET',
    )
    expect(output).not.toMatch(/is lost:.* CONFIRMATION_/)
    expect(settings()).toEqual({ ...before, MCP_BASELINE_SCOPES: 'tool:whoami' })
    expect(used.standIn.tenant.clients).toEqual(tenant.clients)
  })

  test.each([
    ['of another tenant', 'AUTH0_DOMAIN=other.eu.auth0.com', `AUTH0_AUDIENCE=${MCP}`],
    ['of another server', 'AUTH0_DOMAIN=', 'AUTH0_AUDIENCE=https://other.example/mcp'],
  ])('takes no credentials over from a file %s', async (_of, domain, audience) => {
    const text = [
      domain === 'AUTH0_DOMAIN=' ? `${domain}${used.standIn.domain}` : domain,
      ...[audience, 'CONFIRMATION_PAGE=always', 'CONFIRMATION_CLIENT_ID=other-page'],
      'CONFIRMATION_CLIENT_SECRET=the-secret-of-the-other-page',
    ]
    writeFileSync(used.bench.envPath, text.join('\n'))
    expect(await succeeds('--force')).toMatch(/is lost:.* CONFIRMATION_CLIENT_SECRET/)
    expect(Object.keys(settings()).filter((key) => key.startsWith('CONFIRMATION'))).toEqual([])
  })

  test('asks for nothing that it did not ask for before', async () => {
    await succeeds()
    const paths = used.standIn.requests.map(({ path }) => path)
    expect(paths.filter((path) => path.endsWith('/clients') && path.includes('conn'))).toEqual([])
    expect(used.standIn.tenant.clients).toHaveLength(1)
    expect(Object.keys(settings()).join(' ')).not.toContain('CONFIRMATION')
  })
})

describe('setup --remove, with a confirmation page', () => {
  test('says what it deletes, the page before the record of the exchanging client', async () => {
    await succeeds(...PAGE)
    const id = String(pageClient()['client_id'])
    const { io } = await used.bench.setup('--remove')
    expect(io.output()).toContain(`delete    delete the client ${id}`)
    expect(io.output()).toContain('nobody can sign in on the confirmation page')
    used.standIn.requests.length = 0
    await succeeds('--remove')
    const deleted = used.standIn.writes().filter((write) => write.startsWith('DELETE /api/v2/cl'))
    expect(deleted.at(-2)).toBe(`DELETE /api/v2/clients/${id}`)
    expect(used.standIn.tenant.clients).toEqual([])
  })

  test('one page of two servers stays, and inherits no record of the other', async () => {
    const second = [
      ...['--server-url', 'http://localhost:4001', '--api-identifier', 'https://b.example/'],
      ...['--no-settings-file', ...PAGE],
    ]
    const before = structuredClone(used.standIn.tenant)
    await succeeds(...PAGE)
    await succeeds(...second)
    const pages = used.standIn.tenant.clients.filter(({ name }) => name === NAME)
    expect(pages).toHaveLength(2)
    const ofSecond = structuredClone(pages[1])
    await succeeds('--remove')
    expect(pageClient()).toEqual(ofSecond)
    expect(used.standIn.tenant.settings).toMatchObject({
      resource_parameter_profile: 'compatibility',
    })
    await succeeds('--remove', ...second)
    expect(used.standIn.tenant).toEqual(before)
  })

  test('a page whose exchanging client is gone is removed, and the lost record is told', async () => {
    await succeeds(...PAGE)
    const { tenant } = used.standIn
    tenant.clients = tenant.clients.filter(({ app_type: type }) => type === 'regular_web')
    expect(await succeeds('--remove')).toContain('note      The exchanging client is gone already')
    expect(tenant.clients).toEqual([])
  })
})
