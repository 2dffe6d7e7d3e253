import { expect, test } from 'vitest'
import { toolsFromOpenApi } from '../../../src/openapi-tools/tools-from-openapi.js'
import type { ContentTool, ToolSchema } from '../../../src/tools/tool.js'
import { callTool, postMcp, rpc, rpcAnswer } from '../../helpers/mcp-requests.js'
import { startMcpServer } from '../../helpers/start-mcp-server.js'
import { oauth2Components } from './oauth2-components.js'

const COUNT = 300

const DOCUMENT = {
  openapi: '3.1.0',
  info: { title: 'Large', version: '1' },
  security: [{ OAuth2: ['read'] }],
  paths: Object.fromEntries(
    Array.from({ length: COUNT }, (_, index) => [
      `/things${index}/{id}`,
      {
        get: {
          operationId: `thing_${index}`,
          parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
          responses: { 200: { description: 'Fine' } },
        },
      },
    ]),
  ),
  components: oauth2Components({ read: 'Read' }),
}

/** What was done with the schemas of tools, by their names. */
interface Uses {
  readonly validated: string[]
  readonly converted: string[]
}

/** The same tool, with what is done with its schema taken down. */
function counted(tool: ContentTool, uses: Uses): ContentTool {
  const standard = tool.inputSchema['~standard']
  const { validate, jsonSchema } = standard
  const inputSchema: ToolSchema = {
    '~standard': {
      ...standard,
      validate: (...given) => {
        uses.validated.push(tool.name)
        return validate(...given)
      },
      jsonSchema: {
        ...jsonSchema,
        input: (...given) => {
          uses.converted.push(tool.name)
          return jsonSchema.input(...given)
        },
      },
    },
  }
  return { ...tool, inputSchema }
}

test('[openapi 34] a call among 300 tools of a document costs what its one tool costs: schemas are converted once, and no other one is validated', async () => {
  const uses: Uses = { validated: [], converted: [] }
  const { tools } = toolsFromOpenApi(DOCUMENT, { api: 'api', maxTools: COUNT })
  expect(tools).toHaveLength(COUNT)
  const server = await startMcpServer({ tools: tools.map((tool) => counted(tool, uses)) })
  expect(new Set(uses.converted).size).toBe(COUNT)
  const atStart = uses.converted.length
  expect(uses.validated).toEqual([])

  const token = await server.mint({ scope: 'read' })
  for (let round = 0; round < 3; round += 1) {
    const list = rpcAnswer(await postMcp(server.endpoint, rpc('tools/list'), { token }))
    expect((list['result'] as { readonly tools: unknown[] }).tools).toHaveLength(COUNT)
    const call = callTool('thing_7', { id: 'x' })
    expect((await postMcp(server.endpoint, call, { token })).status).toBe(200)
  }
  expect(uses.converted).toHaveLength(atStart)
  expect(uses.validated).toEqual(['thing_7', 'thing_7', 'thing_7'])
})
