import {
  ProtocolError,
  ProtocolErrorCode,
  Server,
  SUPPORTED_PROTOCOL_VERSIONS,
  type AuthInfo,
  type CallToolResult,
  type McpServerFactory,
  type ServerOptions,
} from '@modelcontextprotocol/server'
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/server/validators/ajv'
import { withoutAbsentArguments } from '../http/absent-arguments.js'
import { requireAuthContext } from '../identity/auth-context.js'
import { MODERN_REVISION } from '../mcp/direct-message.js'
import { markRequestFree } from '../mcp/request-free.js'
import { observationOf } from '../observability/observation-of.js'
import type { ToolRegistry } from '../tools/registry.js'
import { ShownTools } from '../tools/shown-tools.js'
import { toolDefinition, type ToolDefinition } from '../tools/tool-definition.js'
import type { Tool } from '../tools/tool.js'
import { SERVER_NAME, VERSION } from '../version.js'
import { callTool, type ToolCall, type ToolCallOptions } from './call-tool.js'

export interface McpServerOptions extends ToolCallOptions {
  readonly registry: ToolRegistry
}

export interface McpServers {
  /** What clients are told of each tool, of those they may see. */
  readonly definitions: readonly ToolDefinition[]
  /** Builds a fresh SDK server for one request, or one session, of one verified caller. */
  readonly create: McpServerFactory
  /** Shows on a session's server the tools that the caller of the present request may see, beside those shown before. */
  readonly refresh: (server: object, authInfo: AuthInfo) => void
}

const INFO = { name: SERVER_NAME, version: VERSION }
const LEGACY_OPTIONS: ServerOptions = {
  capabilities: { tools: { listChanged: true } },
  cacheHints: { 'tools/list': { ttlMs: 0, cacheScope: 'private' } },
  // The SDK would make one per server.
  jsonSchemaValidator: new AjvJsonSchemaValidator(),
}
const MODERN_OPTIONS: ServerOptions = {
  ...LEGACY_OPTIONS,
  supportedProtocolVersions: [...SUPPORTED_PROTOCOL_VERSIONS, MODERN_REVISION],
}

/**
 * Creates the source of the SDK servers for a set of tools. What clients are told of the tools is made here, once.
 *
 * A caller is shown the tools they may see, and each tool checks once more that its caller may use it. A server is
 * never shared: shared state between callers is how answers reach the wrong user. Throws a `TypeError` for a tool that
 * cannot be listed.
 */
export function createMcpServers(options: McpServerOptions): McpServers {
  const { registry, access } = options
  const definitions = registry.tools.map(toolDefinition)
  const unlisted = new Set(registry.tools.flatMap((tool) => (tool.unlisted ? [tool.name] : [])))
  const listed = definitions.filter(({ name }) => !unlisted.has(name))
  const shownBy = new WeakMap<object, ShownTools>()
  return {
    definitions,
    create: markRequestFree(({ era, authInfo }) => {
      const { caller } = requireAuthContext(authInfo)
      const server = new Server(INFO, era === 'modern' ? MODERN_OPTIONS : LEGACY_OPTIONS)
      const shown = new ShownTools(access, caller)
      shownBy.set(server, shown)
      server.setRequestHandler('tools/list', () => ({
        tools: listed.filter(({ name }) => shown.has(name)),
      }))
      server.setRequestHandler('tools/call', ({ params }, context) => {
        const tool = shownTool(params.name, registry, shown)
        const args = params.arguments ?? {}
        if (typeof tool === 'string') {
          const observation = observationOf(context.http?.authInfo)
          observation?.callEnded(params.name, context.mcpReq.id, { outcome: tool })
          throw refusedCall(params.name, tool)
        }
        return callMeant(tool, { args, context, options }, registry)
      })
      return server
    }),
    refresh: (server, authInfo) => {
      const added = shownBy.get(server)?.add(requireAuthContext(authInfo).caller)
      if (added === true && server instanceof Server) void server.sendToolListChanged()
    },
  }
}

/** Calls the tool, or the one that is called through it. */
function callMeant(
  tool: Tool,
  call: ToolCall & { readonly args: Readonly<Record<string, unknown>> },
  registry: ToolRegistry,
): Promise<CallToolResult> {
  const { args, context, options } = call
  const { caller } = requireAuthContext(context.http?.authInfo)
  const inner = options.access.innerCall({ name: tool.name, arguments: args }, caller)
  const meant = inner && registry.find(inner.name)
  if (inner === undefined || meant === undefined) return callTool(tool, call)
  const through = { tool, args: withoutAbsentArguments(args) }
  return callTool(meant, { ...call, args: inner.arguments ?? {}, through })
}

type Refusal = 'unknown_tool' | 'hidden_tool'

/** The tool; or why there is none for this caller. */
function shownTool(name: string, registry: ToolRegistry, shown: ShownTools): Tool | Refusal {
  const tool = registry.find(name)
  if (tool === undefined) return 'unknown_tool'
  return shown.has(name) ? tool : 'hidden_tool'
}

/** In the words of the SDK. */
function refusedCall(name: string, refusal: Refusal): ProtocolError {
  const why = refusal === 'unknown_tool' ? 'not found' : 'disabled'
  return new ProtocolError(ProtocolErrorCode.InvalidParams, `Tool ${name} ${why}`)
}
