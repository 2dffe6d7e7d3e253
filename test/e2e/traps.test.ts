import { afterEach, describe, expect, test } from 'vitest'
import { createAuthorizationServer } from '../../apps/authorization-server/authorization-server.js'
import {
  loadDirectory,
  withIdentifiers,
  type Directory,
} from '../../apps/authorization-server/directory.js'
import { connectAs } from '../../apps/development/headless-mcp-client.js'
import { createDownstreamApi } from '../../apps/downstream-api/downstream-api.js'
import { composeServer } from '../../src/server/from-config.js'
import { parseConfig, type Environment } from '../../src/config/config.js'
import { serve, type ListeningServer } from '../../src/server/serve.js'
import { RecordingLog } from '../helpers/recording-log.js'

interface Setting {
  readonly environment?: (urls: { readonly api: string; readonly mcp: string }) => Environment
  readonly directory?: (directory: Directory) => Directory
}

interface Outcome {
  /** What the model reads. */
  readonly text: string
  /** What the operator reads. */
  readonly hint: string
  /** Of the tools that are listed. */
  readonly names: readonly string[]
  readonly log: RecordingLog
}

/** Sets everything up as the quickstart says, but for one thing, and calls greet as the administrator. */
describe('the traps of the quickstarts, and what a person gets to read', () => {
  const servers: ListeningServer[] = []

  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()))
  })

  const greetWith = async ({ environment, directory }: Setting): Promise<Outcome> => {
    const listen = () => serve({ host: '127.0.0.1', port: 0, drainMs: 100 })
    const [tenant, api, mcp] = [await listen(), await listen(), await listen()]
    servers.push(mcp, api, tenant)
    const issuer = `http://localhost:${tenant.port}/`
    const urls = { api: `http://localhost:${api.port}/`, mcp: `http://localhost:${mcp.port}/mcp` }
    const regular = withIdentifiers(loadDirectory(), urls)
    const changed = directory === undefined ? regular : directory(regular)
    tenant.attach((await createAuthorizationServer({ issuer, directory: changed })).handler)
    api.attach(createDownstreamApi({ issuer, audience: urls.api }))
    const log = new RecordingLog()
    const config = parseConfig({
      ISSUER_BASE_URL: issuer,
      PORT: `${mcp.port}`,
      AUTH0_AUDIENCE: urls.mcp,
      MCP_AUTH0_CLIENT_ID: 'mcp-server',
      MCP_AUTH0_CLIENT_SECRET: 'development-only-secret-of-the-mcp-server',
      API_AUTH0_AUDIENCE: urls.api,
      API_BASE_URL: urls.api,
      ...environment?.(urls),
    })
    const composed = await composeServer(config, log)
    mcp.attach(composed.handler)
    const session = await connectAs({ endpoint: config.endpoint, username: 'alice' })
    try {
      const { tools } = await session.client.listTools()
      const result = await session.client
        .callTool({ name: 'greet', arguments: {} })
        .catch((error: unknown) => ({ content: String(error) }))
      const failed = log.named('exchange_failed').at(-1)?.fields['hint']
      return {
        text: JSON.stringify(result.content),
        names: tools.map(({ name }) => name),
        hint: typeof failed === 'string' ? failed : '',
        log,
      }
    } finally {
      await session.close()
      await composed.close()
    }
  }

  test('a slash that the API identifier has and the setting lacks', async () => {
    const { text, hint } = await greetWith({
      environment: ({ api }) => ({ API_AUTH0_AUDIENCE: api.replace(/\/$/, '') }),
    })
    expect(text).toContain('An operator has to correct it')
    expect(text).toMatch(/reference: [0-9a-f-]{36}/)
    expect(hint).toContain('Check API_AUTH0_AUDIENCE')
    expect(hint).toContain('a trailing slash included')
  })

  test('slashes where they mean nothing are no trap', async () => {
    const { text } = await greetWith({
      environment: ({ api, mcp }) => ({
        API_BASE_URL: `${api}/`,
        MCP_SERVER_URL: mcp.replace(/\/mcp$/, '//'),
      }),
    })
    expect(text).toContain('Hello')
  })

  test('[B3] read:tasks, which the API does not have: the tool is not offered, and the log says why', async () => {
    const { text, names, log } = await greetWith({
      environment: () => ({ MCP_AUTH0_EXCHANGE_SCOPE: 'read:tasks' }),
    })
    expect(names).toEqual(['get_datetime', 'whoami'])
    expect(text).toContain('greet')
    expect(text).not.toContain('Hello')
    const lines = log.lines.filter(({ level }) => level === 'warn')
    expect(lines[0]).toMatchObject({
      name: 'tool_not_offered',
      fields: { tool: 'greet', missing: ['read:private'] },
    })
    expect(lines[0]?.fields['hint']).toContain('MCP_AUTH0_EXCHANGE_SCOPE lacks read:private')
  })

  test('a client without its client grant to the API', async () => {
    const { text, hint } = await greetWith({
      directory: (regular) => ({
        ...regular,
        client_grants: regular.client_grants.filter((grant) => grant.client_id !== 'mcp-server'),
      }),
    })
    expect(text).toContain('not set up correctly')
    expect(hint).toContain('the client grant to the API with subject_type user')
  })

  test('a role without read:private', async () => {
    const { text, hint } = await greetWith({
      directory: (regular) => ({
        ...regular,
        roles: regular.roles.map((role) => ({
          ...role,
          permissions: role.permissions.filter(
            ({ permission_name }) => permission_name !== 'read:private',
          ),
        })),
      }),
    })
    expect(text).toContain('permission')
    expect(text).toContain('An administrator has to grant')
    expect(hint).toContain('Give the user a role')
  })

  test('an API that does not skip consent for our own client', async () => {
    const { text, hint } = await greetWith({
      directory: (regular) => ({
        ...regular,
        resource_servers: regular.resource_servers.map((api) => ({
          ...api,
          skip_consent_for_verifiable_first_party_clients: false,
        })),
      }),
    })
    expect(text).toContain('consent')
    expect(hint).toContain('skip_consent_for_verifiable_first_party_clients to true')
  })

  test('offline_access and openid among the exchange scopes work, and are named as useless', async () => {
    const { text, log } = await greetWith({
      environment: () => ({ MCP_AUTH0_EXCHANGE_SCOPE: 'openid offline_access read:private' }),
    })
    expect(text).toContain('Hello')
    const [line] = log.named('exchange_scopes_ignored')
    expect(line?.fields).toMatchObject({ ignored: ['openid', 'offline_access'] })
    expect(line?.fields['hint']).toContain(
      'Remove openid offline_access from MCP_AUTH0_EXCHANGE_SCOPE',
    )
  })

  test('a client without the right to exchange', async () => {
    const { hint } = await greetWith({
      directory: (regular) => ({
        ...regular,
        clients: regular.clients.map((client) =>
          client.client_id === 'mcp-server'
            ? { ...client, token_exchange: { allow_any_profile_of_type: [] } }
            : client,
        ),
      }),
    })
    expect(hint).toContain('on_behalf_of_token_exchange')
  })

  test('a wrong secret', async () => {
    const { hint } = await greetWith({
      environment: () => ({ MCP_AUTH0_CLIENT_SECRET: 'wrong' }),
    })
    expect(hint).toContain('the secret of the client')
  })
})
