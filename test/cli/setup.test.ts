import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { describe, expect, test } from 'vitest'
import { parseConfig } from '../../src/config/config.js'
import { API, MCP, useBench } from './setup-support.js'

const used = useBench()

/** Every secret that is anywhere in play. */
function secrets(): readonly string[] {
  return [
    used.standIn.token,
    used.standIn.machineClient.secret,
    ...used.standIn.tenant.clients.map(({ client_secret }) => client_secret as string),
  ]
}

describe('setup on a new tenant', () => {
  test('an API whose identifier is no URL needs --api-url, and is told so', async () => {
    const { code, io } = await used.bench.setup('--api-identifier', 'my-api')
    expect(code).toBe(2)
    expect(io.output()).toContain('--api-url is missing: the identifier my-api is no URL.')
    expect(used.standIn.requests).toEqual([])
  })

  test('a dry run shows the plan, writes nothing and changes nothing', async () => {
    const before = structuredClone(used.standIn.tenant)
    const { code, io } = await used.bench.setup('--dry-run', '--role', 'Tool Administrator')
    expect(code).toBe(0)
    expect(used.standIn.writes()).toEqual([])
    expect(used.standIn.tenant).toEqual(before)
    expect(() => statSync(used.bench.envPath)).toThrow()
    expect(io.output()).toContain(`create the API ${MCP}`)
    expect(io.output()).toContain(`create the API ${API}`)
    expect(io.output()).toContain('resource_parameter_profile: "audience" -> "compatibility"')
    expect(io.output()).toContain('WIDENS    promote the connection')
    expect(io.output()).toContain('nothing was changed')
  })

  test('without --yes the plan is all there is, and the exit code says that the tenant is not in line', async () => {
    const { code, io } = await used.bench.setup()
    expect(code).toBe(1)
    expect(used.standIn.writes()).toEqual([])
    expect(io.output()).toContain('run the command again with --yes')
  })

  test('makes what an exchange needs, as the contract has it', async () => {
    const { code } = await used.bench.setup('--yes', '--role', 'Tool Administrator')
    expect(code).toBe(0)
    const { settings, connections, resourceServers, clients, clientGrants, roles } =
      used.standIn.tenant
    expect(settings).toMatchObject({
      resource_parameter_profile: 'compatibility',
      client_id_metadata_document_supported: true,
      flags: { use_scope_descriptions: true },
    })
    expect(connections[0]).toMatchObject({
      is_domain_connection: true,
      options: { passwordPolicy: 'good' },
    })
    expect(resourceServers.find(({ identifier }) => identifier === MCP)).toMatchObject({
      signing_alg: 'RS256',
      token_dialect: 'rfc9068_profile_authz',
      enforce_policies: true,
      allow_offline_access: true,
      scopes: [{ value: 'tool:whoami' }, { value: 'tool:greet' }],
    })
    expect(resourceServers.find(({ identifier }) => identifier === API)).toMatchObject({
      signing_alg: 'RS256',
      enforce_policies: true,
      skip_consent_for_verifiable_first_party_clients: true,
      subject_type_authorization: { user: { policy: 'require_client_grant' } },
      scopes: [{ value: 'read:private' }],
    })
    expect(clients).toHaveLength(1)
    expect(clients[0]).toMatchObject({
      app_type: 'resource_server',
      resource_server_identifier: MCP,
      token_exchange: { allow_any_profile_of_type: ['on_behalf_of_token_exchange'] },
    })
    expect(clientGrants).toMatchObject([
      {
        client_id: clients[0]?.['client_id'],
        audience: API,
        subject_type: 'user',
        scope: ['read:private'],
      },
      {
        default_for: 'third_party_clients',
        audience: MCP,
        subject_type: 'user',
        scope: ['tool:whoami', 'tool:greet'],
      },
    ])
    expect(roles[0]).toMatchObject({ name: 'Tool Administrator' })
    expect(roles[0]?.permissions).toHaveLength(3)
  })

  test('writes a .env that the server accepts and its owner alone may read', async () => {
    await used.bench.setup('--yes')
    expect(statSync(used.bench.envPath).mode & 0o777).toBe(0o600)
    const config = parseConfig(parseEnv(readFileSync(used.bench.envPath, 'utf8')))
    const [client] = used.standIn.tenant.clients
    expect(config.issuer.primary).toBe(`https://${used.standIn.domain}/`)
    expect(config.resource.resource).toBe(MCP)
    expect(config.apis['api']?.audience).toBe(API)
    expect(config.exchange.clientId).toBe(client?.['client_id'])
    const { clientAuthentication: proof } = config.exchange
    expect('secret' in proof && proof.secret.reveal()).toBe(client?.['client_secret'])
  })

  test('by default the .env leaves the scopes of a sign-in to the tools, so that those of own tools are asked for', async () => {
    await used.bench.setup('--yes')
    expect(readFileSync(used.bench.envPath, 'utf8')).not.toContain('MCP_BASELINE_SCOPES')
  })

  test('scopes that are given to setup are the ones that clients ask for', async () => {
    await used.bench.setup('--yes', '--server-scopes', 'note:read note:write')
    const { resource } = parseConfig(parseEnv(readFileSync(used.bench.envPath, 'utf8')))
    expect(resource.baselineScopes).toEqual(['note:read', 'note:write'])
  })

  test('a second run finds everything in line and writes nothing', async () => {
    await used.bench.setup('--yes', '--role', 'Tool Administrator')
    const text = readFileSync(used.bench.envPath, 'utf8')
    used.standIn.requests.length = 0
    const { code, io } = await used.bench.setup('--yes', '--role', 'Tool Administrator')
    expect(code).toBe(0)
    expect(io.output()).toContain('Everything is in line')
    expect(used.standIn.writes()).toEqual([])
    expect(readFileSync(used.bench.envPath, 'utf8')).toBe(text)
  })

  test('a .env that is right but open to others is closed to them, and planned before', async () => {
    await used.bench.setup('--yes')
    const mode = () => statSync(used.bench.envPath).mode & 0o777
    chmodSync(used.bench.envPath, 0o604)
    const planned = await used.bench.setup()
    expect(planned.io.output()).toContain(`chmod 600 ${used.bench.envPath}`)
    expect(mode()).toBe(0o604)
    const text = readFileSync(used.bench.envPath, 'utf8')
    expect((await used.bench.setup('--yes')).code).toBe(0)
    expect(mode()).toBe(0o600)
    expect(readFileSync(used.bench.envPath, 'utf8')).toBe(text)
    expect((await used.bench.setup('--yes')).io.output()).toContain('Everything is in line')
  })

  test('no output of any run holds a secret', async () => {
    const runs = [
      await used.bench.setup('--dry-run'),
      await used.bench.setup('--yes'),
      await used.bench.setup('--yes'),
      await used.bench.setup('--yes', '--force', '--server-url', 'http://localhost:4000'),
    ]
    used.standIn.intercept = (_seen, res) => {
      // A tenant that throws the request's own credentials back.
      const body = { errorCode: 'insufficient_scope', message: secrets().join(' ') }
      res.writeHead(403).end(JSON.stringify(body))
      return true
    }
    runs.push(await used.bench.setup('--yes'))
    const output = runs.map(({ io }) => io.output()).join('\n')
    expect(output.length).toBeGreaterThan(1_000)
    expect(secrets().filter((secret) => output.includes(secret))).toEqual([])
  })
})

describe('setup on a tenant that has things already', () => {
  test('a protected API that others use keeps all but what an exchange cannot do without', async () => {
    const existing = {
      id: 'api_1',
      identifier: API,
      signing_alg: 'RS256',
      token_dialect: 'access_token_authz',
      enforce_policies: false,
      scopes: [{ value: 'write:private', description: 'Write' }],
      subject_type_authorization: { user: { policy: 'allow_all' } },
    }
    used.standIn.tenant.resourceServers.push(existing)
    const { code, io } = await used.bench.setup('--yes')
    expect(code).toBe(0)
    expect(existing).toMatchObject({
      token_dialect: 'access_token_authz',
      enforce_policies: false,
      skip_consent_for_verifiable_first_party_clients: true,
      scopes: [{ value: 'write:private' }, { value: 'read:private' }],
      subject_type_authorization: { user: { policy: 'allow_all' } },
    })
    expect(io.output()).toContain(`WIDENS    change the API ${API}`)
    expect(io.output()).toContain('enforce_policies (RBAC) is off and stays so')
  })

  test('a client keeps the profiles it has, and a grant the scopes it has', async () => {
    await used.bench.setup('--yes')
    const [client] = used.standIn.tenant.clients
    const [grant] = used.standIn.tenant.clientGrants
    Object.assign(client ?? {}, {
      token_exchange: { allow_any_profile_of_type: ['custom_authentication'] },
    })
    const api = used.standIn.tenant.resourceServers.find(({ identifier }) => identifier === API)
    Object.assign(api ?? {}, { scopes: [{ value: 'a', description: 'a' }] })
    Object.assign(grant ?? {}, { scope: ['a'] })
    const { code, io } = await used.bench.setup('--yes')
    expect(code).toBe(0)
    expect(client).toMatchObject({
      token_exchange: {
        allow_any_profile_of_type: ['custom_authentication', 'on_behalf_of_token_exchange'],
      },
    })
    expect(grant).toMatchObject({ scope: ['a', 'read:private'] })
    expect(io.output()).toContain('WIDENS    change the client')
    expect(io.output()).toContain('WIDENS    extend the grant')
  })

  test('finds its client behind more than one page of others', async () => {
    await used.bench.setup('--yes')
    const others = Array.from({ length: 250 }, (_, index) => ({
      client_id: `other-${index}`,
      app_type: 'resource_server',
      resource_server_identifier: `https://other.example/${index}`,
    }))
    used.standIn.tenant.clients.unshift(...others)
    used.standIn.requests.length = 0
    const { code } = await used.bench.setup('--yes')
    expect(code).toBe(0)
    expect(used.standIn.writes()).toEqual([])
    expect(used.standIn.requests.filter(({ path }) => path === '/api/v2/clients')).toHaveLength(3)
  })

  test('two clients for one API are not guessed between', async () => {
    used.standIn.tenant.clients.push(
      { client_id: 'one', app_type: 'resource_server', resource_server_identifier: MCP },
      { client_id: 'two', app_type: 'resource_server', resource_server_identifier: MCP },
    )
    const { code, io } = await used.bench.setup('--yes')
    expect(code).toBe(1)
    expect(io.output()).toContain('Several clients are bound')
    expect(io.output()).toContain('one, two')
    expect(used.standIn.writes()).toEqual([])
  })

  test('dynamic registration is opened by --clients registration alone, and said', async () => {
    await used.bench.setup('--yes')
    expect(used.standIn.tenant.settings).not.toMatchObject({
      flags: { enable_dynamic_client_registration: true },
    })
    const { io } = await used.bench.setup('--yes', '--clients', 'registration')
    expect(used.standIn.tenant.settings).toMatchObject({
      flags: { enable_dynamic_client_registration: true, use_scope_descriptions: true },
      dynamic_client_registration_security_mode: 'strict',
    })
    expect(io.output()).toContain('anybody may register a client')
  })

  test('--clients none neither promotes a connection nor grants third parties anything', async () => {
    await used.bench.setup('--yes', '--clients', 'none')
    expect(used.standIn.tenant.connections[0]).toMatchObject({ is_domain_connection: false })
    expect(used.standIn.tenant.clientGrants).toHaveLength(1)
  })

  test('a .env that says something else is not touched, nor is the tenant, until --force', async () => {
    writeFileSync(used.bench.envPath, 'AUTH0_DOMAIN=another.eu.auth0.com\nLOG_LEVEL=debug\n')
    const refused = await used.bench.setup('--yes')
    expect(refused.code).toBe(1)
    expect(refused.io.output()).toContain('AUTH0_DOMAIN')
    expect(refused.io.output()).toContain('--force')
    expect(used.standIn.writes()).toEqual([])
    expect(readFileSync(used.bench.envPath, 'utf8')).toContain('another.eu.auth0.com')

    writeFileSync(used.bench.envPath, 'AUTH0_DOMAIN=another.eu.auth0.com\nLOG_LEVEL=debug\n', {
      mode: 0o644,
    })
    const forced = await used.bench.setup('--yes', '--force')
    expect(forced.code).toBe(0)
    expect(forced.io.output()).toContain('what it holds now is lost: AUTH0_DOMAIN LOG_LEVEL')
    expect(statSync(used.bench.envPath).mode & 0o777).toBe(0o600)
    expect(readFileSync(used.bench.envPath, 'utf8')).toContain(used.standIn.domain)
  })
})
