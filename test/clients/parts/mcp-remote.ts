import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { join } from 'node:path'
import { createBrowserStandIn } from './browser-stand-in.js'
import type { Connect } from './connected-client.js'
import { toolAnswer } from './tool-answer.js'
import { TOOLBOX, TOOLBOX_NODE } from './toolbox.js'

/** `mcp-remote` as Claude Desktop starts it: MCP over its standard input and output, the rest its own. */
export function mcpRemote(...flags: readonly string[]): Connect {
  return async function connect({ endpoint, person }) {
    const browser = await createBrowserStandIn(person)
    const transport = new StdioClientTransport({
      command: TOOLBOX_NODE,
      args: [join(TOOLBOX, 'mcp-remote/dist/proxy.js'), endpoint.href, ...flags],
      env: { ...browser.environment, MCP_REMOTE_CONFIG_DIR: browser.home },
      stderr: 'pipe',
    })
    let said = ''
    transport.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()))
    const client = new Client({ name: 'claude-desktop', version: '1.0.0' })
    const orFailure = async <T>(answer: Promise<T>): Promise<T> =>
      Promise.race([answer, browser.failed]).catch((cause: unknown) => {
        throw new Error(`mcp-remote said:\n${said.slice(-2_000)}`, { cause })
      })
    const close = async (): Promise<void> => {
      await client.close()
      await browser.close()
    }
    try {
      await orFailure(client.connect(transport))
    } catch (error) {
      await close()
      throw error
    }
    return {
      listTools: async () => (await orFailure(client.listTools())).tools.map(({ name }) => name),
      callTool: async (name, args = {}) =>
        toolAnswer(await orFailure(client.callTool({ name, arguments: args }))),
      close,
    }
  }
}
