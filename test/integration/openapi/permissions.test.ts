import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { callTool, postMcp, rpc, rpcAnswer } from '../../helpers/mcp-requests.js'
import { startMcpServer, type TestServer } from '../../helpers/start-mcp-server.js'

/** An operation with two alternatives. */
const DOCUMENT = `openapi: 3.1.0
info: { title: Alternatives, version: '1' }
paths:
  /report:
    get:
      operationId: report
      security: [{ OAuth2: [read:own] }, { OAuth2: [read:all] }]
      responses: { '200': { description: Fine } }
components:
  securitySchemes:
    OAuth2:
      type: oauth2
      flows:
        clientCredentials:
          tokenUrl: https://issuer.example/token
          scopes: { read:own: Your own, read:all: All }
`

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'permissions-'))
})

afterEach(() => {
  rmSync(directory, { recursive: true })
})

async function start(): Promise<TestServer> {
  const path = join(directory, 'openapi.yaml')
  writeFileSync(path, DOCUMENT)
  return startMcpServer({ environment: { OPENAPI_DOCUMENT: path } })
}

describe('permissions of a user and the alternatives of an operation', () => {
  test('[openapi 10] an operation is allowed on the one alternative that the permissions of the user allow, and exchanged for that one', async () => {
    const server = await start()
    const token = await server.mint({
      scope: 'read:own read:all',
      permissions: ['read:all'],
    })
    const { status } = await postMcp(server.endpoint, callTool('report'), { token })
    expect(status).toBe(200)
    expect(server.issuer.tokenRequests.map(({ parameters }) => parameters.get('scope'))).toEqual([
      'read:all',
    ])
  })

  test('[openapi 10] a step-up asks for the alternative that the permissions of the user allow', async () => {
    const server = await start()
    const token = await server.mint({ scope: 'openid', permissions: ['read:all'] })
    const response = await postMcp(server.endpoint, callTool('report'), { token })
    expect(response.status).toBe(403)
    expect(response.get('www-authenticate')).toContain('scope="read:all openid"')
    expect(server.issuer.tokenRequests).toEqual([])
  })

  test('[openapi 10] an operation no alternative of which the permissions of the user allow is refused without a challenge, and not listed', async () => {
    const server = await start()
    const token = await server.mint({ scope: 'read:own read:all', permissions: ['other'] })
    const response = await postMcp(server.endpoint, callTool('report'), { token })
    expect(response.status).toBe(403)
    expect(response.get('www-authenticate')).toBeUndefined()
    const list = rpcAnswer(await postMcp(server.endpoint, rpc('tools/list'), { token }))
    expect(list['result']).toMatchObject({ tools: [] })
    expect(server.issuer.tokenRequests).toEqual([])
    expect(server.api.requests).toEqual([])
  })
})
