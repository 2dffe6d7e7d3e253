import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { ALL_SCOPES } from '../../apps/authorization-server/testing/management/management-api.js'
import { parseConfig } from '../../src/config/config.js'
import { CALLBACK, NAME, PAGE, usePageBench } from './confirmation-page-bench.js'

const { used, succeeds, fails, pageClient, settings } = usePageBench()

describe('setup --confirmation-page', () => {
  test.each(['on-behalf-of', 'custom-token-exchange'])(
    'beside a client for %s, makes one that can do nothing but sign people in on the page',
    async (profile) => {
      await succeeds(...PAGE, '--clients', 'none', '--profile', profile)
      const { clients, clientGrants, connections } = used.standIn.tenant
      expect(clients).toHaveLength(2)
      const { client_id: id, client_secret: secret, client_metadata: marks, ...made } = pageClient()
      expect(marks).toMatchObject({ provisioned_by: 'mcp-on-behalf-of' })
      expect(made).toEqual({
        name: NAME,
        ...{ app_type: 'regular_web', is_first_party: true, oidc_conformant: true },
        ...{ grant_types: ['authorization_code'], callbacks: [CALLBACK] },
        jwt_configuration: { alg: 'RS256' },
        token_endpoint_auth_method: 'client_secret_post',
      })
      expect(clientGrants.map(({ client_id }) => client_id)).not.toContain(id)
      expect(connections[0]?.enabled_clients).toContain(id)
      const { confirmation, exchange } = parseConfig(settings())
      expect(confirmation.page?.use).toBe('always')
      expect(confirmation.page?.client?.id).toBe(id)
      expect(confirmation.page?.client?.secret.reveal()).toBe(secret)
      expect(exchange.clientId).not.toBe(id)
    },
  )

  test('its plan says what it makes, and changes nothing without --yes', async () => {
    const { code, io } = await used.bench.setup(...PAGE, '--dry-run')
    expect(code).toBe(0)
    expect(used.standIn.writes()).toEqual([])
    expect(io.output()).toContain('change    create the client of the confirmation page')
    expect(io.output()).toContain(`callbacks: ["${CALLBACK}"]`)
    expect(io.output()).toContain(
      'WIDENS    enable the connection Username-Password-Authentication for the client of the confirmation page',
    )
  })

  test('no output holds its secret', async () => {
    const runs = [
      await succeeds(...PAGE),
      await succeeds(...PAGE),
      await succeeds(...PAGE, '--force', '--server-url', 'http://localhost:4000'),
      await succeeds('--remove'),
    ]
    const secret = settings()['CONFIRMATION_CLIENT_SECRET']
    expect(secret).toMatch(/^secret-/)
    expect(runs.join('\n')).not.toContain(secret)
  })

  test.each([
    ['http://localhost:3001', CALLBACK],
    ['http://localhost:3001/', CALLBACK],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080/confirm/callback'],
    ['https://mcp.example.com', 'https://mcp.example.com/confirm/callback'],
    ['https://mcp.example.com:8443//', 'https://mcp.example.com:8443/confirm/callback'],
    ['https://MCP.example.com/under/a/', 'https://mcp.example.com/under/a/confirm/callback'],
  ])('with the address %s the callback is %s', async (address, callback) => {
    await succeeds(...PAGE, '--server-url', address)
    expect(pageClient()['callbacks']).toEqual([callback])
  })

  test.each([
    [['--confirmation-page', 'on'], '--confirmation-page must be fallback or always.'],
    [['--confirmation-page', ''], '--confirmation-page must be fallback or always.'],
    [
      [...PAGE, '--server-url', 'http://mcp.example.com', '--no-settings-file'],
      '--confirmation-page needs a --server-url that starts with https://',
    ],
  ])('%j is wrong usage', async (argv, message) => {
    const { code, io } = await used.bench.setup(...argv)
    expect(code).toBe(2)
    expect(io.output()).toContain(message)
    expect(used.standIn.requests).toEqual([])
  })

  test('needs the connection, also where no other client does', async () => {
    const output = await fails(...PAGE, '--clients', 'none', '--connection', 'none-of-that-name')
    expect(output).toContain('The tenant has no connection "none-of-that-name".')
    expect(output).toContain('without --confirmation-page')
  })

  test('a tenant that was set up without it gets the client alone, and --force its settings', async () => {
    await succeeds()
    const before = settings()
    expect(await fails(...PAGE)).toContain(
      'CONFIRMATION_PAGE, CONFIRMATION_CLIENT_ID, CONFIRMATION_CLIENT_SECRET',
    )
    await succeeds(...PAGE, '--force')
    expect(settings()).toEqual({
      ...before,
      CONFIRMATION_PAGE: 'always',
      CONFIRMATION_CLIENT_ID: pageClient()['client_id'],
      CONFIRMATION_CLIENT_SECRET: pageClient()['client_secret'],
    })
    expect(used.standIn.writes()).toEqual([
      'POST /api/v2/clients',
      'PATCH /api/v2/connections/con_1/clients',
    ])
  })

  test('without a settings file it says where the secret is and what it is for', async () => {
    const output = await succeeds(...PAGE, '--no-settings-file')
    expect(output).toContain('CONFIRMATION_CLIENT_ID and CONFIRMATION_CLIENT_SECRET')
  })

  test('its secret is kept where the token may not see it, and asked for where it is not known', async () => {
    await succeeds(...PAGE)
    used.standIn.scopes = new Set(
      ALL_SCOPES.split(' ').filter((scope) => scope !== 'read:client_keys'),
    )
    const text = readFileSync(used.bench.envPath, 'utf8')
    expect(await succeeds(...PAGE)).toContain('Everything is in line.')
    writeFileSync(used.bench.envPath, text.replace(/CONFIRMATION_CLIENT_SECRET=.*/, ''))
    const output = await fails(...PAGE, '--force')
    expect(output).toContain('so CONFIRMATION_CLIENT_SECRET cannot be written')
    expect(output).toContain('read:client_keys')
    expect(output).not.toContain('MCP_AUTH0_CLIENT_PRIVATE_KEY')
  })
})
