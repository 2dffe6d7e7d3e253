import { toNodeHandler, type NodeIncomingMessageLike } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { serve } from '../../src/server/serve.js'
import { createGetDatetime } from '../../src/tools/get-datetime.js'
import { greet } from '../../src/tools/greet.js'
import type { Tool } from '../../src/tools/tool.js'
import { whoami } from '../../src/tools/whoami.js'
import { VERSION } from '../../src/version.js'

export interface BareSdk {
  readonly endpoint: URL
  /** The tools that ran, in order. */
  readonly ran: string[]
  close(): Promise<void>
}

/** The official SDK with our tools' names and schemas and nothing around it: no middleware, no Express. */
export async function startBareSdk(): Promise<BareSdk> {
  const server = await serve({ host: '127.0.0.1', port: 0, drainMs: 50 })
  const ran: string[] = []
  const mcp = createMcpHandler(() => {
    const bare = new McpServer(
      { name: 'mcp-on-behalf-of', version: VERSION },
      {
        capabilities: { tools: {} },
        cacheHints: { 'tools/list': { ttlMs: 0, cacheScope: 'private' } },
      },
    )
    const tools: readonly Tool[] = [createGetDatetime(), greet, whoami]
    for (const { name, title, description, inputSchema, outputSchema, annotations } of tools) {
      if (outputSchema === undefined) throw new Error('expected a tool with an outputSchema')
      const described = { title, description, inputSchema, outputSchema }
      bare.registerTool(
        name,
        annotations === undefined ? described : { ...described, annotations },
        () => {
          ran.push(name)
          return { isError: true, content: [{ type: 'text' as const, text: name }] }
        },
      )
    }
    // As ours: its tools stay what they are.
    bare.server.registerCapabilities({ tools: { listChanged: false } })
    return bare
  })
  const handle = toNodeHandler(mcp)
  server.attach((req, res) => {
    void handle(req as unknown as NodeIncomingMessageLike, res)
  })
  return {
    endpoint: new URL(`http://127.0.0.1:${server.port}/mcp`),
    ran,
    async close() {
      await server.close()
      await mcp.close()
    },
  }
}
