import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ConfigError } from '../../../src/config/config.js'
import { callTool, postMcp, rpcAnswer } from '../../helpers/mcp-requests.js'
import { startMcpServer } from '../../helpers/start-mcp-server.js'
import { startTestApi, type TestApi } from '../../helpers/test-api.js'
import { oauth2Components } from './oauth2-components.js'

let directory: string
let elsewhere: TestApi
let api: TestApi

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'servers-'))
  elsewhere = await startTestApi()
  api = await startTestApi()
})

afterEach(async () => {
  rmSync(directory, { recursive: true })
  await Promise.all([elsewhere.close(), api.close()])
})

/** A document whose servers are elsewhere, at three levels. */
function put(servers: {
  readonly document?: string | undefined
  readonly operation?: string | undefined
}): string {
  const listed = (url: string | undefined) => (url === undefined ? {} : { servers: [{ url }] })
  const operation = {
    security: [{ OAuth2: ['read'] }],
    responses: { 200: { description: 'Fine' } },
  }
  const path = join(directory, 'openapi.json')
  writeFileSync(
    path,
    JSON.stringify({
      openapi: '3.1.0',
      info: { title: 'Elsewhere', version: '1' },
      ...listed(servers.document),
      paths: {
        '/here': { get: { ...operation, operationId: 'here' } },
        '/there': { get: { ...operation, operationId: 'there', ...listed(servers.operation) } },
      },
      components: oauth2Components({ read: 'Read' }, `${elsewhere.origin}/token`),
    }),
  )
  return path
}

describe('the token for the API', () => {
  test('[openapi 27] the token for the API goes where the configuration says, wherever the servers of the document are', async () => {
    const document = put({ document: elsewhere.origin, operation: `${elsewhere.origin}/other` })
    const server = await startMcpServer({ api, environment: { OPENAPI_DOCUMENT: document } })
    const token = await server.mint({ scope: 'read' })
    for (const tool of ['here', 'there']) await postMcp(server.endpoint, callTool(tool), { token })
    expect(api.requests.map(({ url }) => url)).toEqual(['/here'])
    expect(elsewhere.requests).toEqual([])
    expect(server.log.named('operations_left_out')).toMatchObject([
      { fields: { reason: 'server', operations: 1 } },
    ])
  })

  test('[openapi 27] the token for the API does not follow a redirect to another host', async () => {
    api.responder = (_req, res) => {
      res.writeHead(302, { location: `${elsewhere.origin}/here` }).end()
    }
    const server = await startMcpServer({ api, environment: { OPENAPI_DOCUMENT: put({}) } })
    const token = await server.mint({ scope: 'read' })
    const answer = await postMcp(server.endpoint, callTool('here'), { token })
    expect(rpcAnswer(answer)['result']).toMatchObject({ isError: true })
    expect(api.requests).toHaveLength(1)
    expect(elsewhere.requests).toEqual([])
  })

  test('[openapi 27] a document whose servers have another path than the configuration ends the start, with the value to set', async () => {
    const starting = startMcpServer({
      api,
      environment: { OPENAPI_DOCUMENT: put({ document: `${api.origin}/v1` }) },
    })
    const error: unknown = await starting.catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ConfigError)
    expect((error as ConfigError).message).toContain('API_BASE_URL')
    expect((error as ConfigError).message).toContain('/v1')
  })
})
