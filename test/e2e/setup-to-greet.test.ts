import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Agent } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import {
  type TenantServer,
  startTenantServer,
} from '../../apps/authorization-server/testing/tenant-server.js'
import { connectAs } from '../../apps/development/headless-mcp-client.js'
import { signIn } from '../../apps/development/sign-in.js'
import { createDownstreamApi } from '../../apps/downstream-api/downstream-api.js'
import { run } from '../../cli/setup/run.js'
import { parseConfig } from '../../src/config/config.js'
import { composeServer } from '../../src/server/from-config.js'
import { serve, type ListeningServer } from '../../src/server/serve.js'
import { recordingIo } from '../helpers/command-io.js'
import { scanned } from '../helpers/leak-scan.js'
import { PageVisitor } from '../helpers/page-visitor.js'
import { RecordingLog } from '../helpers/recording-log.js'

const ALICE = 'alice@example.com'
const BOB = 'bob@example.com'
const DOCUMENT = 'https://client.example/client.json'

/** What an empty tenant, the API and the port of the MCP server are before anybody has set anything up. */
interface Site {
  readonly tenant: TenantServer
  readonly api: { readonly audience: string; readonly calls: Readonly<Record<string, unknown>>[] }
  readonly mcp: ListeningServer
  readonly directory: string
}

async function openSite(): Promise<Site> {
  const tenant = await startTenantServer({
    documents: {
      [DOCUMENT]: {
        ...{ client_id: DOCUMENT, client_name: 'A client with a document' },
        redirect_uris: ['http://127.0.0.1:33418/callback'],
        ...{ grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] },
        token_endpoint_auth_method: 'none',
      },
    },
  })
  for (const [name, email] of [
    ['alice', ALICE],
    ['bob', BOB],
  ]) {
    tenant.tenant.users.push({ user_id: `auth0|${name ?? ''}`, email, roles: [] })
  }
  const listen = () => serve({ host: '127.0.0.1', port: 0, drainMs: 50 })
  const [server, mcp] = [await listen(), await listen()]
  const audience = `http://localhost:${server.port}/`
  const calls: Readonly<Record<string, unknown>>[] = []
  const agent = new Agent({ ca: tenant.ca })
  const { issuer } = tenant
  server.attach(
    createDownstreamApi({ issuer, audience, agent, onCall: (claims) => calls.push(claims) }),
  )
  const directory = mkdtempSync(join(tmpdir(), 'setup-to-greet-'))
  onTestFinished(async () => {
    await Promise.all([server.close(), mcp.close(), tenant.close()])
    rmSync(directory, { recursive: true })
  })
  return { tenant, api: { audience, calls }, mcp, directory }
}

function runSetup({ tenant, api, mcp, directory }: Site, argv: readonly string[]) {
  const io = recordingIo({
    ...{ directory, fetch: tenant.fetch },
    environment: { AUTH0_MANAGEMENT_TOKEN: tenant.token },
  })
  const where = ['--domain', tenant.domain, '--server-url', `http://localhost:${mcp.port}`]
  const people = ['--roles', 'quickstart', '--assign', `${ALICE}=Tool Administrator`]
  const all = [...where, '--api-identifier', api.audience, ...people, '--yes', ...argv]
  return run(all, io).then((code) => ({ code, output: io.output() }))
}

async function setUp(site: Site, argv: readonly string[]) {
  const { code, output } = await runSetup(site, argv)
  expect(output).toContain('done')
  expect(code).toBe(0)
}

/** Starts the server by the file that `setup` has written, and by the authority that this machine does not know. */
async function startServer({ tenant, mcp, directory }: Site): Promise<URL> {
  const written = parseEnv(readFileSync(join(directory, '.env'), 'utf8'))
  const config = parseConfig({ ...written, CA_CERTIFICATES: tenant.ca })
  const composed = await composeServer(config, new RecordingLog())
  mcp.attach(scanned(composed.handler))
  onTestFinished(async () => {
    composed.drain()
    await composed.close()
  })
  return config.endpoint
}

interface Outcome {
  readonly structuredContent?: unknown
  readonly isError?: unknown
}

/** A client of the official SDK calls `greet` as a user, from the first 401 on. */
async function greetAs(
  { tenant }: Site,
  endpoint: URL,
  as: { readonly username: string; readonly clientMetadataUrl: string | undefined },
): Promise<Outcome> {
  const session = await connectAs({ endpoint, fetch: tenant.fetch, ...as })
  try {
    return await session.client.callTool({ name: 'greet', arguments: { name: 'A' } })
  } finally {
    await session.close()
  }
}

/** The set-ups, as a command line, and where the client that greets is described: `undefined` for one that registers. */
const SET_UPS: readonly (readonly [string, readonly string[], string | undefined])[] = [
  ['--profile on-behalf-of', ['--profile', 'on-behalf-of'], DOCUMENT],
  ['--profile custom-token-exchange', ['--profile', 'custom-token-exchange'], DOCUMENT],
  [
    '--profile custom-token-exchange --clients registration',
    ['--profile', 'custom-token-exchange', '--clients', 'registration'],
    undefined,
  ],
]

test.each(SET_UPS)(
  'after setup %s in an empty tenant, a client greets from the first 401 on, by the written .env alone',
  async (_, argv, clientMetadataUrl) => {
    const site = await openSite()
    await setUp(site, argv)
    const endpoint = await startServer(site)
    const as = { username: ALICE, clientMetadataUrl }
    expect(await greetAs(site, endpoint, as)).toMatchObject({
      structuredContent: { api: { sub: 'auth0|alice', scopes: 'read:private' } },
    })
    const { api, tenant } = site
    const exchangingClient = tenant.tenant.clients[0]?.['client_id']
    expect(api.calls).toHaveLength(1)
    expect(api.calls[0]).toMatchObject({
      ...{ iss: tenant.issuer, sub: 'auth0|alice', aud: api.audience, azp: exchangingClient },
      scope: 'read:private',
    })
    const actor = (api.calls[0]?.['act'] as { readonly sub?: unknown } | undefined)?.sub
    expect(actor).toBe(argv.includes('on-behalf-of') ? exchangingClient : undefined)
  },
)

test.each(['on-behalf-of', 'custom-token-exchange'])(
  'after setup --profile %s, a user without a role may not greet',
  async (profile) => {
    const site = await openSite()
    await setUp(site, ['--profile', profile])
    const endpoint = await startServer(site)
    const as = { username: BOB, clientMetadataUrl: DOCUMENT }
    await expect(greetAs(site, endpoint, as)).rejects.toThrow('"code":"permission_denied"')
    expect(site.api.calls).toEqual([])
  },
)

test.each(SET_UPS)(
  'after setup %s and a call, a second run writes nothing, and --remove leaves the tenant as it was found',
  async (_, argv, clientMetadataUrl) => {
    const site = await openSite()
    const { tenant } = site
    const found = structuredClone(tenant.tenant)
    await setUp(site, argv)
    const as = { username: ALICE, clientMetadataUrl }
    expect(await greetAs(site, await startServer(site), as)).not.toMatchObject({ isError: true })

    const written = tenant.writes().length
    const second = await runSetup(site, argv)
    expect(second.output).toContain('Everything is in line.')
    expect(second.code).toBe(0)
    expect(tenant.writes()).toHaveLength(written)

    const removal = await runSetup(site, [...argv, '--remove'])
    expect(removal.code).toBe(0)
    expect(tenant.tenant).toEqual(found)
  },
)

test.each(['on-behalf-of', 'custom-token-exchange'])(
  'after setup --profile %s --confirmation-page, people sign in on the page, by the written .env alone',
  async (profile) => {
    const site = await openSite()
    await setUp(site, ['--profile', profile, '--confirmation-page', 'always'])
    const endpoint = await startServer(site)
    const visitor = new PageVisitor(endpoint.origin)
    const page = new URL(`/confirm/${'A'.repeat(43)}`, endpoint)
    const { location: authorizationUrl = '' } = await visitor.get(page)
    const { fetch } = site.tenant
    const callback = await signIn({ authorizationUrl, username: ALICE, fetch })
    const { status, location } = await visitor.get(callback)
    expect([status, location]).toEqual([303, page.href])
    const shown = await visitor.get(page)
    expect([shown.status, shown.page]).toEqual([404, 'unknown'])
    expect(shown.body).toMatch(/signed in as <bdi>auth0\|alice/)
  },
)
