import { describe, expect, it } from 'vitest'
import {
  API,
  MCP,
  accessTokenOf,
  changedDirectory,
  decode,
  obtainTokens,
  startAuthorizationServer,
} from './support.js'

describe('the tenant’s default audience', () => {
  it('the tenant’s default audience is the API of a sign-in that names none, and of no other', async () => {
    const directory = changedDirectory(({ tenant_settings }) => {
      tenant_settings.default_audience = MCP
    })
    const server = await startAuthorizationServer({ directory })
    try {
      const none = await obtainTokens(server, 'alice', { resource: '' })
      expect(decode(accessTokenOf(none)).claims.aud).toBe(MCP)
      const named = { audience: API, resource: '', scope: 'read:private' }
      await expect(obtainTokens(server, 'alice', named)).rejects.toThrow(
        'error=unauthorized_client',
      )
    } finally {
      await server.close()
    }
  })
})
