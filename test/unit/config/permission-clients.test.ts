import { describe, expect, test } from 'vitest'
import { parseConfig } from '../../../src/config/config.js'
import { onBehalfOf, Secret, type OnBehalfOfOptions } from '../../../src/index.js'
import { GOOD } from './good-settings.js'

const PERMISSION_CLIENTS = 'my-client'

const compose = (more: Partial<OnBehalfOfOptions>) =>
  onBehalfOf({
    endpoint: new URL('https://mcp.example/mcp'),
    issuer: 'https://issuer.example/',
    client: { id: 'client', secret: new Secret('secret') },
    ...{ apis: {}, tools: [], access: { permissionClients: ['my-client'] } },
    ...more,
  })

describe('clients for which permissions decide', () => {
  test('are refused where permissions are not read', () => {
    expect(() =>
      parseConfig({ ...GOOD, PERMISSION_CLIENTS, AUTHORIZATION_CLAIMS: 'scope' }),
    ).toThrow(/PERMISSION_CLIENTS="my-client": .*set AUTHORIZATION_CLAIMS=both/)
    const access = { permissionClients: ['my-client'], authorizationClaims: 'scope' } as const
    expect(() => compose({ access })).toThrow(/access\.permissionClients.*needs permissions/)
  })

  test.each(['both', 'permissions'])('go together with AUTHORIZATION_CLAIMS=%s', (claims) => {
    const config = parseConfig({ ...GOOD, PERMISSION_CLIENTS, AUTHORIZATION_CLAIMS: claims })
    expect(config.access.permissionClients).toEqual(['my-client'])
  })

  test('are refused where machines count as users', async () => {
    const callerPolicy = { dangerouslyAllowMachineTokens: true }
    expect(() => compose({ callerPolicy })).toThrow(
      /access\.permissionClients.*permissions of users/,
    )
    await compose({}).close()
  })
})
