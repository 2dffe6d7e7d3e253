import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createAuthorizationServer } from '../../apps/authorization-server/authorization-server.js'
import { loadDirectory, withIdentifiers } from '../../apps/authorization-server/directory.js'
import { connectAs } from '../../apps/development/headless-mcp-client.js'
import { createDownstreamApi } from '../../apps/downstream-api/downstream-api.js'
import { createExampleApp } from '../../examples/existing-express-server.js'
import { Secret } from '../../src/secret.js'
import { serve, type ListeningServer } from '../../src/serve.js'
import { RecordingLog } from '../helpers/recording-log.js'

describe('examples/existing-express-server.ts', () => {
  let servers: ListeningServer[]
  let endpoint: URL
  let log: RecordingLog

  beforeEach(async () => {
    const listen = (): Promise<ListeningServer> =>
      serve({ host: '127.0.0.1', port: 0, drainMs: 100 })
    const [authorizationServer, api, mcp] = [await listen(), await listen(), await listen()]
    servers = [authorizationServer, api, mcp]
    log = new RecordingLog()
    const issuer = `http://localhost:${authorizationServer.port}/`
    const apiAudience = `http://localhost:${api.port}/`
    endpoint = new URL(`http://localhost:${mcp.port}/mcp`)
    const directory = withIdentifiers(loadDirectory(), { mcp: endpoint.href, api: apiAudience })
    const { handler } = await createAuthorizationServer({ issuer, directory })
    authorizationServer.attach(handler)
    api.attach(createDownstreamApi({ issuer, audience: apiAudience }))
    const secret = directory.clients.find(({ client_id }) => client_id === 'mcp-server')
    mcp.attach(
      createExampleApp({
        ...{ endpoint, issuer, apiAudience, log },
        apiUrl: new URL(apiAudience),
        clientId: 'mcp-server',
        clientSecret: new Secret(secret?.client_secret ?? ''),
      }),
    )
  })

  afterEach(async () => {
    await Promise.all(servers.map((server) => server.close()))
  })

  test.each([['auto' as const], ['legacy' as const]])(
    'gives the handlers of an existing server the API as the signed-in user (%s)',
    async (mode) => {
      const session = await connectAs({ endpoint, username: 'alice', mode })
      try {
        const call = (): Promise<unknown> =>
          session.client.callTool({ name: 'greet', arguments: { name: 'A' } })
        expect(await call()).toMatchObject({ content: [{ text: 'Hello A, auth0|alice' }] })
        expect(await call()).toMatchObject({ content: [{ text: 'Hello A, auth0|alice' }] })
      } finally {
        await session.close()
      }
    },
  )

  test('refuses a user who lacks the permission', async () => {
    const session = await connectAs({ endpoint, username: 'bob' })
    try {
      await expect(session.client.callTool({ name: 'greet', arguments: {} })).rejects.toThrow()
      expect(log.named('token_exchanged')).toHaveLength(0)
    } finally {
      await session.close()
    }
  })
})
