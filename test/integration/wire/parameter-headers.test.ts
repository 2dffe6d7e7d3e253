import { McpServer } from '@modelcontextprotocol/server'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { postMcp, rpcAnswer } from '../../helpers/mcp-requests.js'
import { startLibraryServer } from '../../helpers/start-library-server.js'
import type { TestServer } from '../../helpers/start-mcp-server.js'
import { modern } from '../../helpers/wire.js'

describe('a parameter that is mirrored into a header', () => {
  let server: TestServer
  let token: string
  const queried: string[] = []

  const createServer = (): McpServer => {
    const mcp = new McpServer({ name: 'regional', version: '1.0.0' })
    const region = z.string().optional().meta({ 'x-mcp-header': 'Region' })
    mcp.registerTool('query', { inputSchema: z.object({ region }) }, ({ region: asked }) => {
      queried.push(asked ?? 'nowhere')
      return { content: [{ type: 'text', text: 'done' }] }
    })
    return mcp
  }

  beforeAll(async () => {
    server = await startLibraryServer({
      route: { createServer },
      tools: [{ name: 'query', requiredScopes: [] }],
    })
    token = await server.issuer.mint(server.endpoint.href)
  })

  beforeEach(() => {
    queried.splice(0)
  })

  afterAll(() => server.close())

  test.each([
    ['fits', 'us-west1', 'us-west1', [200]],
    ['fits in Base64', 'Zürich', '=?base64?WsO8cmljaA==?=', [200]],
    ['is absent, like the value', undefined, undefined, [200]],
    ['is absent, where there is a value', 'us-west1', undefined, [400, -32020]],
    ['is there, where there is no value, and means nothing', undefined, 'us-west1', [200]],
    ['says something else', 'us-west1', 'eu-west1', [400, -32020]],
    ['says it in another case', 'us-west1', 'US-WEST1', [400, -32020]],
    ['has broken Base64', 'us-west1', '=?base64?dXMtd2VzdDE!?=', [400, -32020]],
  ] as const)(
    '[RS24] a parameter that is mirrored into a header %s',
    async (_, value, header, wants) => {
      const args = value === undefined ? {} : { region: value }
      const { message, headers } = modern('tools/call', { name: 'query', arguments: args })
      const answer = await postMcp(server.endpoint, message, {
        token,
        headers: { ...headers, ...(header === undefined ? {} : { 'Mcp-Param-Region': header }) },
      })
      const { error } = rpcAnswer(answer) as { error?: { code: number } }
      expect([answer.status, ...(error === undefined ? [] : [error.code])]).toEqual(wants)
      expect(queried).toEqual(wants[0] === 200 ? [value ?? 'nowhere'] : [])
    },
  )
})
