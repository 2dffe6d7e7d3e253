import type { McpServer } from '@modelcontextprotocol/server'
import type { Confirmation } from '../confirmation/confirmation.js'
import { downstreamOf } from '../downstream/downstream-access.js'
import { requireAuthContext } from '../identity/auth-context.js'
import { toolDefinition } from '../tools/tool-definition.js'
import { isConfirmed, type ContentTool } from '../tools/tool.js'

/** What registered tools need beside their API. */
export interface RegisterOpenApiToolsOptions {
  /** Asks the user before tools with `confirm`: `createConfirmation()`. Needed where a tool has it. */
  readonly confirmation?: Confirmation | undefined
}

/**
 * Registers tools of `toolsFromOpenApi` with a server of the official SDK (v2). The same tools have to be among `tools` of
 * `onBehalfOf`, whose `protect` is mounted in front.
 *
 * Registering costs the SDK time for each tool. A server that is made for each request should be given the tools that it
 * needs. Throws a `TypeError` for a tool with `confirm` where nothing is given that asks, and for tools of `expose: 'search'` and `searchTools`,
 * which are for `createApp`: a server of the SDK lists whatever is registered.
 *
 * @category Start here
 * @example
 * const { tools } = toolsFromOpenApi(document, { api: 'api' })
 * const server = new McpServer({ name: 'notes', version: '1.0.0' })
 * registerOpenApiTools(server, tools)
 */
export function registerOpenApiTools(
  server: McpServer,
  tools: readonly ContentTool[],
  { confirmation }: RegisterOpenApiToolsOptions = {},
): void {
  assertListed(tools)
  for (const tool of tools) {
    const asking = confirmationOf(tool, confirmation)
    const { name, title, description, inputSchema, annotations = {} } = tool
    server.registerTool(
      name,
      { title, description, inputSchema, annotations },
      async (input, context) => {
        const { caller } = requireAuthContext(context.http?.authInfo)
        if (asking !== undefined) tool.check?.(input, { caller })
        const unconfirmed = await asking?.confirmation.ask(context, {
          ...{ tool, args: input, version: asking.version },
        })
        if (unconfirmed !== undefined) return unconfirmed.result
        const { signal } = context.mcpReq
        const downstream = downstreamOf(context, name)
        const { content } = await tool.handler(input, { caller, signal, downstream })
        return { content: [...content] }
      },
    )
  }
}

function assertListed(tools: readonly ContentTool[]): void {
  // Who may see and call an operation of a search is for the server of createApp to decide.
  const isSearch = tools.some((tool) => tool.unlisted === true || tool.callsTools !== undefined)
  if (!isSearch) return
  throw new TypeError(
    "registerOpenApiTools() lists every tool: give toolsFromOpenApi expose: 'tools', or use createApp of mcp-on-behalf-of/server, which lists and searches tools of expose: 'search'",
  )
}

/** `undefined`: the tool asks nobody. */
function confirmationOf(
  tool: ContentTool,
  confirmation: Confirmation | undefined,
): { readonly confirmation: Confirmation; readonly version: string } | undefined {
  if (!isConfirmed(tool)) return undefined
  if (confirmation !== undefined) {
    return { confirmation, version: JSON.stringify([toolDefinition(tool), tool.confirm]) }
  }
  throw new TypeError(
    `The tool ${tool.name} asks the user before it runs, and registerOpenApiTools() was given nothing that asks. Pass { confirmation: createConfirmation() }, or make the tools with confirm: 'off'.`,
  )
}
