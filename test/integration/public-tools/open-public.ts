import { z } from 'zod'
import { defineTool, type PublicToolContext } from 'mcp-on-behalf-of/server'
import type { ToolCallRecord } from '../../../src/audit/audit-record-schema.js'
import { createGetDatetime } from '../../../src/tools/get-datetime.js'
import { greet } from '../../../src/tools/greet.js'
import { whoami } from '../../../src/tools/whoami.js'
import { rpcAnswer, type TestResponse } from '../../helpers/mcp-requests.js'
import {
  startMcpServer,
  type McpServerOptions,
  type TestServer,
} from '../../helpers/start-mcp-server.js'

/** A public tool whose handler a test writes. */
export function publicTool(handle: (context: PublicToolContext) => string | Promise<string>) {
  return defineTool({
    name: 'ask',
    title: 'Ask',
    description: 'Asks the test.',
    inputSchema: z.object({ about: z.string().optional() }),
    outputSchema: z.object({ answer: z.string() }),
    requiredScopes: [],
    public: true,
    toText: ({ answer }) => answer,
    handler: async (_input, context) => ({ answer: await handle(context) }),
  })
}

/** Starts the standalone server with the public tools `ask` and `get_datetime` beside protected ones. */
export function openPublic(
  { environment, ...options }: McpServerOptions = {},
  ask: (context: PublicToolContext) => string | Promise<string> = () => 'anything',
): Promise<TestServer> {
  return startMcpServer({
    tools: [whoami, greet, createGetDatetime(), publicTool(ask)],
    ...options,
    environment: { PUBLIC_TOOLS: 'ask, get_datetime', ...environment },
  })
}

/** The names of the tools in a list. */
export function listedIn(response: TestResponse): readonly string[] {
  const { result } = rpcAnswer(response) as { result?: { tools?: { name: string }[] } }
  return (result?.tools ?? []).map(({ name }) => name)
}

/** Everything of a refusal that the sender could learn from. */
export function refusalOf({ status, headers, text }: TestResponse): object {
  const told = Object.entries(headers as Readonly<Record<string, unknown>>).filter(
    ([name]) => name !== 'date' && name !== 'x-request-id',
  )
  return { status, told, body: text.replace(/"requestId":"[^"]*"/, '') }
}

/** The last record of a call. */
export async function lastRecord(server: TestServer): Promise<ToolCallRecord | undefined> {
  await server.close()
  return server.audit.records.at(-1)
}
