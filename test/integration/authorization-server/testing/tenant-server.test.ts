import { describe, expect, it } from 'vitest'
import type { Tenant } from '../../../../apps/authorization-server/testing/management/tenant.js'
import type { TenantServer } from '../../../../apps/authorization-server/testing/tenant-server.js'
import { startHttpServer } from '../../../helpers/start-http-server.js'
import { API, CALLBACK, MCP, customForm, decode, exchangeForm } from '../support.js'
import { obtain, post, useFilledTenant, type Reply } from './tenant-support.js'

const used = useFilledTenant()

/** What a client says of itself. */
const STRANGER = {
  ...{ client_name: 'A stranger', redirect_uris: [CALLBACK], response_types: ['code'] },
  ...{ grant_types: ['authorization_code'], token_endpoint_auth_method: 'none' },
}

async function register(server: TenantServer): Promise<Reply> {
  const response = await server.fetch(`${server.issuer}oidc/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(STRANGER),
  })
  const text = await response.text()
  const body = response.status === 201 ? (JSON.parse(text) as Reply['body']) : {}
  return { status: response.status, body }
}

async function metadata({ issuer, fetch: trusting }: TenantServer): Promise<Reply['body']> {
  const response = await trusting(`${issuer}.well-known/oauth-authorization-server`)
  return (await response.json()) as Reply['body']
}

const tokenOf = ({ body }: Reply): string => String(body['access_token'])
const api = (tenant: Tenant, identifier: string) =>
  tenant.resourceServers.find((one) => one['identifier'] === identifier) ?? {}

describe('the tenant server', () => {
  it('the tenant server signs users in, and exchanges their tokens both ways, by the objects of the tenant', async () => {
    const { server } = used
    const subject = tokenOf(await obtain(server))
    expect(decode(subject).claims).toMatchObject({
      ...{ iss: server.issuer, sub: 'auth0|alice', aud: MCP, scope: 'tool:whoami tool:greet' },
      permissions: ['tool:whoami', 'tool:greet'],
    })
    for (const form of [exchangeForm(subject), customForm(subject)]) {
      const { claims } = decode(tokenOf(await post(server, 'oauth/token', form)))
      expect(claims).toMatchObject({ sub: 'auth0|alice', aud: API, scope: 'read:private' })
    }
  })

  it('the tenant server gives Management API tokens to the machine client, and takes no others there', async () => {
    const { server } = used
    const { id, secret } = server.machineClient
    const response = await server.fetch(`${server.issuer}oauth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        ...{ grant_type: 'client_credentials', client_id: id, client_secret: secret },
        audience: `${server.issuer}api/v2/`,
      }),
    })
    const { access_token: token } = (await response.json()) as Record<string, string>
    const read = async (bearer: string | undefined): Promise<number> => {
      const headers = { authorization: `Bearer ${bearer ?? ''}` }
      return (await server.fetch(`${server.issuer}api/v2/clients`, { headers })).status
    }
    expect(await read(token)).toBe(200)
    expect(await read(tokenOf(await obtain(server)))).toBe(401)
  })

  it('the tenant server answers by what the Management API has written last', async () => {
    const { server } = used
    const { access_token: before } = (await obtain(server)).body
    const response = await server.fetch(`${server.issuer}api/v2/resource-servers/api_1`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${server.token}` },
      body: JSON.stringify({ token_dialect: 'access_token', token_lifetime: 60 }),
    })
    expect(response.status).toBe(200)
    const { header, claims } = decode(tokenOf(await obtain(server)))
    expect(header.typ).toBe('JWT')
    expect(claims).toMatchObject({ azp: 'curl', exp: (claims.iat ?? 0) + 60 })
    expect(claims).not.toHaveProperty('permissions')
    // What was signed before is good all the same.
    const { status } = await post(server, 'oauth/token', exchangeForm(String(before)))
    expect(status).toBe(200)
  })

  it('the tenant server says what is wrong with a tenant that contradicts itself', async () => {
    const { server } = used
    server.tenant.roles.push(...server.tenant.roles)
    const { status, body } = await post(server, 'oauth/token', exchangeForm('x'))
    expect(status).toBe(500)
    expect(body['error_description']).toContain('Admin')
  })

  it('the tenant server knows no API whose tokens it cannot sign', async () => {
    const { server } = used
    const subject = tokenOf(await obtain(server))
    api(server.tenant, API)['signing_alg'] = 'HS256'
    const { body } = await post(server, 'oauth/token', exchangeForm(subject))
    expect(body['error']).toBe('invalid_target')
  })
})

describe('a tenant that is not prepared', () => {
  it('a tenant without the compatibility profile takes no API by resource: the token is opaque, and none is exchanged', async () => {
    const { server } = used
    server.tenant.settings['resource_parameter_profile'] = 'audience'
    const opaque = tokenOf(await obtain(server))
    expect(opaque).not.toMatch(/\./)
    const { status } = await post(server, 'oauth/token', exchangeForm(opaque))
    expect(status).toBe(401)
    const byAudience = tokenOf(await obtain(server, { audience: MCP }))
    expect(decode(byAudience).claims.aud).toBe(MCP)
  })

  it('a tenant registers clients when its flag says so', async () => {
    const { server } = used
    expect((await register(server)).status).toBe(201)
    expect(await metadata(server)).toHaveProperty('registration_endpoint')
    server.tenant.settings['flags'] = {}
    expect((await register(server)).status).toBe(404)
    expect(await metadata(server)).not.toHaveProperty('registration_endpoint')
  })

  it('a tenant takes client ID metadata documents when its setting says so', async () => {
    const { server } = used
    const documents = await startHttpServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ ...STRANGER, client_id: `${documents.origin}/client.json` }))
    })
    const params = { client_id: `${documents.origin}/client.json` }
    expect(await metadata(server)).toMatchObject({ client_id_metadata_document_supported: true })
    expect((await obtain(server, params)).status).toBe(200)
    Reflect.deleteProperty(server.tenant.settings, 'client_id_metadata_document_supported')
    expect(await metadata(server)).not.toMatchObject({
      client_id_metadata_document_supported: true,
    })
    await expect(obtain(server, params)).rejects.toThrow('invalid_client')
  })

  it('a tenant lets third-party clients in through a connection at domain level alone', async () => {
    const { server } = used
    const { client_id } = (await register(server)).body
    const params = { client_id: String(client_id) }
    expect((await obtain(server, params)).status).toBe(200)
    for (const connection of server.tenant.connections) connection['is_domain_connection'] = false
    expect((await obtain(server, params)).body).toMatchObject({
      error: 'invalid_request',
      error_description: 'no connections enabled for the client',
    })
    expect((await obtain(server)).status).toBe(200)
  })

  it('a tenant lets a first-party client in through a connection that is enabled for it', async () => {
    const { server } = used
    const connection = 'Username-Password-Authentication'
    expect((await obtain(server, { connection })).status).toBe(200)
    expect((await obtain(server, { connection: 'Another' })).body).toMatchObject({
      error: 'invalid_request',
      error_description: 'the connection is not enabled for the client',
    })
    for (const one of server.tenant.connections) one.enabled_clients = []
    expect((await obtain(server)).body).toMatchObject({ error: 'invalid_request' })
  })

  it('a tenant lets no blocked user in, and exchanges none of their tokens', async () => {
    const { server } = used
    const token = tokenOf(await obtain(server))
    for (const user of server.tenant.users) user['blocked'] = true
    await expect(obtain(server)).rejects.toThrow('There is no user')
    expect((await post(server, 'oauth/token', exchangeForm(token))).status).toBe(401)
    expect((await post(server, 'oauth/token', customForm(token))).status).toBe(400)
  })

  it('a tenant gives third-party clients the scopes of their default grant, and nothing without one', async () => {
    const { server } = used
    const { client_id } = (await register(server)).body
    const params = { client_id: String(client_id) }
    const grant = server.tenant.clientGrants.find(({ id }) => id === 'cgr_default') ?? {}
    grant['scope'] = ['tool:whoami']
    expect(decode(tokenOf(await obtain(server, params))).claims['scope']).toBe('tool:whoami')
    grant['subject_type'] = 'client'
    expect((await obtain(server, params)).body).toMatchObject({ error: 'unauthorized_client' })
  })

  it('a tenant gives a user what their roles permit', async () => {
    const { server } = used
    for (const user of server.tenant.users) user.roles = []
    const { claims } = decode(tokenOf(await obtain(server)))
    expect(claims).toMatchObject({ permissions: [] })
    expect(claims).not.toHaveProperty('scope')
  })

  it.each<readonly [string, (tenant: Tenant) => void, number]>([
    [
      'whose Action is not deployed',
      ({ actions: [action] }) => {
        if (action !== undefined) action.deployed = undefined
      },
      400,
    ],
    [
      'without a profile',
      ({ tokenExchangeProfiles }) => {
        tokenExchangeProfiles.pop()
      },
      400,
    ],
    [
      'whose connection is not enabled for the exchanging client',
      ({ connections: [connection] }) => {
        if (connection !== undefined) connection.enabled_clients = ['curl']
      },
      400,
    ],
    [
      'whose client may not use profiles',
      ({ clients }) => {
        for (const client of clients) client['token_exchange'] = null
      },
      403,
    ],
    [
      'whose client is not OIDC-conformant',
      ({ clients }) => {
        for (const client of clients) client['oidc_conformant'] = false
      },
      403,
    ],
    [
      'whose client has no grant for the API',
      ({ clientGrants }) => {
        clientGrants.splice(0, 2)
      },
      403,
    ],
  ])('a tenant %s refuses a Custom Token Exchange', async (_what, change, status) => {
    const { server } = used
    const form = customForm(tokenOf(await obtain(server)))
    expect((await post(server, 'oauth/token', form)).status).toBe(200)
    change(server.tenant)
    expect((await post(server, 'oauth/token', form)).status).toBe(status)
  })

  it('a tenant runs the version of an Action that is deployed, not its draft', async () => {
    const { server } = used
    for (const action of server.tenant.actions) {
      action.draft = { ...action.draft, code: 'throw new Error()' }
    }
    const form = customForm(tokenOf(await obtain(server)))
    expect((await post(server, 'oauth/token', form)).status).toBe(200)
  })
})
