import { describe, expect, it } from 'vitest'
import {
  DirectoryError,
  loadDirectory,
  parseDirectory,
  withIdentifiers,
} from '../../../apps/authorization-server/directory.js'
import { API, MCP } from './support.js'

const profile = {
  name: 'A profile',
  subject_token_type: 'urn:example:token',
  type: 'custom_authentication',
  action: {
    SUBJECT_TOKEN_AUDIENCE: MCP,
    ALLOWED_CLIENT_IDS: ['mcp-server-custom'],
    ALLOWED_TARGET_AUDIENCES: [API],
    ALLOWED_SCOPES: ['openid', 'read:private'],
  },
}

/** The faults of the default directory with some members replaced. */
function faultsOf(change: Readonly<Record<string, unknown>>): Record<string, string> {
  try {
    parseDirectory({ ...loadDirectory(), ...change })
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error
    return Object.fromEntries(error.faults.map(({ place, hint }) => [place, hint]))
  }
  return {}
}

describe('the token exchange profiles of a directory', () => {
  it.each([
    'https://auth0.com/token',
    'http://auth0.com',
    'https://okta.com:443/x',
    'HTTPS://OKTA.COM/token',
    'urn:ietf:params:oauth:token-type:access_token',
    'urn:auth0:token',
    'URN:Okta:token',
  ])('the token exchange profiles of a directory cannot be for %s, which is reserved', (type) => {
    const faults = faultsOf({ token_exchange_profiles: [{ ...profile, subject_token_type: type }] })
    expect(Object.keys(faults)).toEqual(['token_exchange_profiles[0].subject_token_type'])
    expect(faults['token_exchange_profiles[0].subject_token_type']).toContain('reserved')
  })

  it.each(['urn:a:b', 'ftp://example.com/token', 'fastmcp-token', `urn:${'x'.repeat(97)}`])(
    'the token exchange profiles of a directory cannot be for %s, which is no URI of the right kind and length',
    (type) => {
      const changed = { token_exchange_profiles: [{ ...profile, subject_token_type: type }] }
      const faults = faultsOf(changed)
      expect(faults['token_exchange_profiles[0].subject_token_type']).toContain('10 to 100')
    },
  )

  it.each([
    'https://example.com/token',
    'http://example.com/token',
    'urn:fastmcp:mcp',
    'https://auth0.com.example/token',
    'urn:auth0x:token',
  ])('the token exchange profiles of a directory can be for %s', (type) => {
    const changed = { token_exchange_profiles: [{ ...profile, subject_token_type: type }] }
    expect(faultsOf(changed)).toEqual({})
  })

  it('the token exchange profiles of a directory have their faults named one by one', () => {
    const faults = faultsOf({
      token_exchange_profiles: [
        profile,
        profile,
        {
          ...profile,
          subject_token_type: 'urn:example:lost',
          action: {
            SUBJECT_TOKEN_AUDIENCE: MCP.replace('/mcp', ''),
            ALLOWED_CLIENT_IDS: ['ghost'],
            ALLOWED_TARGET_AUDIENCES: [API, 'urn:unknown'],
            ALLOWED_SCOPES: ['offline_access', 'read:tasks'],
          },
        },
      ],
    })
    expect(Object.keys(faults).toSorted()).toEqual([
      'token_exchange_profiles[1].subject_token_type',
      'token_exchange_profiles[2].action.ALLOWED_CLIENT_IDS[0]',
      'token_exchange_profiles[2].action.ALLOWED_SCOPES[1]',
      'token_exchange_profiles[2].action.ALLOWED_TARGET_AUDIENCES[1]',
      'token_exchange_profiles[2].action.SUBJECT_TOKEN_AUDIENCE',
    ])
    expect(faults['token_exchange_profiles[2].action.ALLOWED_SCOPES[1]']).toContain(
      'known: read:private',
    )
    const form = faultsOf({
      token_exchange_profiles: [{ ...profile, name: 'A', type: 'on_behalf_of', action: {} }],
    })
    expect(Object.keys(form)).toEqual([
      'token_exchange_profiles[0].name',
      'token_exchange_profiles[0].type',
      'token_exchange_profiles[0].action.SUBJECT_TOKEN_AUDIENCE',
      'token_exchange_profiles[0].action.ALLOWED_CLIENT_IDS',
      'token_exchange_profiles[0].action.ALLOWED_TARGET_AUDIENCES',
      'token_exchange_profiles[0].action.ALLOWED_SCOPES',
    ])
  })

  it('the token exchange profiles of a directory can have an Action as source, whose faults are named one by one', () => {
    const withAction = (action: object): Record<string, string> =>
      faultsOf({ token_exchange_profiles: [{ ...profile, action }] })
    const code = 'exports.onExecuteCustomTokenExchange = async () => {}'
    expect(withAction({ code })).toEqual({})
    const dependencies = [{ name: 'jose', version: '6.2.17' }]
    expect(withAction({ code, secrets: { ANY: 'text' }, dependencies })).toEqual({})
    const faults = withAction({
      ...{ code: 'import { jwtVerify } from "jose"', secrets: { NUMBER: 7 } },
      ...{ dependencies: [{ name: 'left-pad' }], ALLOWED_SCOPES: [] },
    })
    const place = 'token_exchange_profiles[0].action'
    expect(Object.keys(faults).toSorted()).toEqual([
      place,
      `${place}.code`,
      `${place}.dependencies[0].name`,
      `${place}.secrets.NUMBER`,
    ])
    expect(faults[`${place}.code`]).toContain('CommonJS')
  })

  it('the secrets of an Action that are identifiers follow the APIs to other ports', () => {
    const directory = loadDirectory()
    const secrets = { SUBJECT_TOKEN_AUDIENCE: MCP, TARGET_AUDIENCE: API, OTHER: `${MCP} and more` }
    for (const one of directory.token_exchange_profiles) {
      one.action = { code: 'exports.x = 1', secrets, dependencies: [] }
    }
    const [mcp, api] = ['http://127.0.0.1:1111/mcp', 'http://127.0.0.1:2222/']
    expect(
      withIdentifiers(directory, { mcp, api }).token_exchange_profiles[0]?.action,
    ).toMatchObject({
      secrets: { SUBJECT_TOKEN_AUDIENCE: mcp, TARGET_AUDIENCE: api, OTHER: secrets.OTHER },
    })
  })

  it('the token exchange profiles of a directory follow the APIs to other ports', () => {
    const [mcp, api] = ['http://127.0.0.1:1111/mcp', 'http://127.0.0.1:2222/']
    const directory = loadDirectory()
    directory.tenant_settings.default_audience = API
    const moved = withIdentifiers(directory, { mcp, api })
    expect(moved.tenant_settings.default_audience).toBe(api)
    expect(moved.token_exchange_profiles[0]?.action).toMatchObject({
      SUBJECT_TOKEN_AUDIENCE: mcp,
      ALLOWED_TARGET_AUDIENCES: [api],
    })
  })
})

describe('the organizations of a directory', () => {
  it('the organizations of a directory have their faults named one by one', () => {
    const form = faultsOf({
      organizations: [
        { id: 'acme', name: 'Acme' },
        { id: 'org_a', name: 'org_a' },
      ],
    })
    expect(Object.keys(form)).toEqual([
      'organizations[0].id',
      'organizations[0].name',
      'organizations[1].name',
    ])
    const references = faultsOf({
      organizations: [
        {
          id: 'org_a',
          name: 'a',
          members: [
            { user_id: 'auth0|alice', roles: ['Ghost'] },
            { user_id: 'auth0|alice' },
            { user_id: 'auth0|mallory' },
          ],
        },
        { id: 'org_a', name: 'a' },
      ],
    })
    expect(Object.keys(references).toSorted()).toEqual([
      'organizations[0].members[0].roles[0]',
      'organizations[0].members[1].user_id',
      'organizations[0].members[2].user_id',
      'organizations[1].id',
      'organizations[1].name',
    ])
  })
})

describe('the settings of a directory', () => {
  it('the settings of a directory have their faults named one by one', () => {
    expect(
      Object.keys(
        faultsOf({
          tenant_settings: { default_audience: 'no URI', allow_names: true },
          attack_protection: {
            suspicious_ip_throttling: {
              stage: { 'pre-custom-token-exchange': { max_attempts: 0, rate: 0.5 } },
            },
          },
        }),
      ),
    ).toEqual([
      'tenant_settings.default_audience',
      'tenant_settings',
      'attack_protection.suspicious_ip_throttling.stage.pre-custom-token-exchange.max_attempts',
      'attack_protection.suspicious_ip_throttling.stage.pre-custom-token-exchange.rate',
    ])
    const unknown = faultsOf({ tenant_settings: { default_audience: 'urn:unknown' } })
    expect(Object.keys(unknown)).toEqual(['tenant_settings.default_audience'])
    const clients = loadDirectory().clients.map((client) =>
      client.client_id === 'curl'
        ? { ...client, is_token_endpoint_ip_header_trusted: true }
        : client,
    )
    expect(Object.keys(faultsOf({ clients }))).toEqual([
      'clients[2].is_token_endpoint_ip_header_trusted',
    ])
    const unheard = clients.map((client) => ({
      ...client,
      is_token_endpoint_ip_header_trusted: false,
      token_exchange: { allow_any_profile_of_type: ['any'] },
    }))
    expect(
      faultsOf({ clients: unheard })['clients[0].token_exchange.allow_any_profile_of_type[0]'],
    ).toContain('on_behalf_of_token_exchange or custom_authentication')
  })

  it('the settings of a directory stand as Auth0 has them when they are left out', () => {
    const { tenant_settings, attack_protection, organizations, ...rest } = loadDirectory()
    const directory = parseDirectory(rest)
    expect(directory.organizations).toEqual([])
    expect(organizations).toHaveLength(1)
    expect(directory.tenant_settings).toEqual(tenant_settings)
    expect(directory.attack_protection).toEqual(attack_protection)
  })
})

describe('the connections of a directory', () => {
  const users = loadDirectory().users.map((user) => ({ ...user, connection: 'Users' }))

  it('the connections of a directory may be missing, and then nobody names one', () => {
    expect(faultsOf({})).toEqual({})
    expect(Object.keys(faultsOf({ users }))).toContain('users[0].connection')
  })

  it('the connections of a directory are what each user names one of', () => {
    const connections = [{ name: 'Users', enabled_clients: ['curl'] }]
    expect(faultsOf({ connections, users })).toEqual({})
    expect(faultsOf({ connections })['users[0].connection']).toContain('known: Users')
  })

  it('the connections of a directory have their faults named one by one', () => {
    const connections = [{ name: 'Users', enabled_clients: ['ghost'] }, { name: 'Users' }]
    expect(Object.keys(faultsOf({ connections, users }))).toEqual([
      'connections[1].name',
      'connections[0].enabled_clients[0]',
    ])
  })
})
