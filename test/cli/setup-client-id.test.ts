import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { describe, expect, test } from 'vitest'
import { MCP, useBench } from './setup-support.js'

const used = useBench()

const setUp = (...argv: readonly string[]) =>
  used.bench.setup('--profile', 'custom-token-exchange', ...argv)

describe('setup --client-id', () => {
  const quickstartClient = {
    ...{ client_id: 'quickstart', client_secret: 'secret-of-the-quickstart', name: 'MCP Server' },
    ...{ app_type: 'non_interactive', oidc_conformant: true, is_first_party: true },
    token_exchange: { allow_any_profile_of_type: ['custom_authentication'] },
  }

  test('an existing client is used, and found again without the option', async () => {
    used.standIn.tenant.clients.push({ ...quickstartClient })
    expect((await setUp('--yes', '--client-id', 'quickstart')).code).toBe(0)
    expect(used.standIn.tenant.clients).toHaveLength(1)
    const env = parseEnv(readFileSync(used.bench.envPath, 'utf8'))
    expect(env['MCP_AUTH0_CLIENT_ID']).toBe('quickstart')
    used.standIn.requests.length = 0
    expect((await setUp('--yes')).code).toBe(0)
    expect(used.standIn.writes()).toEqual([])
  })

  test('a client that is not there is told to be corrected, and nothing is written', async () => {
    const { code, io } = await setUp('--yes', '--client-id', 'portal')
    expect(code).toBe(1)
    expect(io.output()).toContain('The tenant has no client portal.')
    expect(io.output()).toContain('Correct --client-id')
    expect(used.standIn.writes()).toEqual([])
  })

  test.each([
    [{ is_first_party: false }, 'is_first_party: false'],
    [{ oidc_conformant: false }, 'oidc_conformant: false'],
    [{ token_endpoint_auth_method: 'none' }, 'public client'],
    [{ app_type: 'resource_server' }, 'on behalf of users alone'],
    [{ client_metadata: { mcp_on_behalf_of_server: 'other-1234' } }, 'another MCP server'],
  ])('a client with %j is not made to fit', async (members, text) => {
    used.standIn.tenant.clients.push({ ...quickstartClient, ...members })
    const { code, io } = await setUp('--yes', '--client-id', 'quickstart')
    expect(code).toBe(1)
    expect(io.output()).toContain(text)
    expect(used.standIn.writes()).toEqual([])
  })

  test('On-Behalf-Of takes none that is not bound to the server', async () => {
    used.standIn.tenant.clients.push({ ...quickstartClient })
    const { code, io } = await used.bench.setup('--yes', '--client-id', 'quickstart')
    expect(code).toBe(1)
    expect(io.output()).toContain(`is not bound to ${MCP}`)
  })

  test('two clients for one server are not guessed between, but one is named', async () => {
    const bound = { app_type: 'resource_server', resource_server_identifier: MCP }
    used.standIn.tenant.clients.push(
      { client_id: 'one', client_secret: 'the-secret-of-one', ...bound },
      { client_id: 'two', client_secret: 'the-secret-of-two', ...bound },
    )
    expect((await used.bench.setup('--yes')).io.output()).toContain('--client-id')
    expect((await used.bench.setup('--yes', '--client-id', 'two')).code).toBe(0)
    const env = parseEnv(readFileSync(used.bench.envPath, 'utf8'))
    expect(env['MCP_AUTH0_CLIENT_ID']).toBe('two')
  })
})
