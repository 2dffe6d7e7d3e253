import {
  ProtocolError,
  ProtocolErrorCode,
  Server,
  SUPPORTED_PROTOCOL_VERSIONS,
  type AuthInfo,
  type McpServerFactory,
  type ProtocolEra,
  type ServerOptions,
} from '@modelcontextprotocol/server'
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/server/validators/ajv'
import { withoutAbsentArguments } from '../http/absent-arguments.js'
import { anonymousRequest, requestObservation } from '../identity/anonymous-request.js'
import { requireAuthContext } from '../identity/auth-context.js'
import { MODERN_REVISION } from '../mcp/direct-message.js'
import { markRequestFree } from '../mcp/request-free.js'
import type { Caller } from '../identity/caller.js'
import { lockedDefinition, lockedInstructions } from '../tools/locked-tools.js'
import type { ToolRegistry } from '../tools/registry.js'
import { ShownToCaller, type ShownTools } from '../tools/shown-tools.js'
import type { ToolDefinition } from '../tools/tool-definition.js'
import { toolSetOf, type ToolSets } from '../tools/tool-set.js'
import type { Tool } from '../tools/tool.js'
import { SERVER_NAME, VERSION } from '../version.js'
import { callTool, type CallAnswer, type ToolCall } from './call-tool.js'
import type { ServedTools } from './served-tools.js'

export interface McpServerOptions {
  /** The tools, for requests that bring none. */
  readonly toolSets: ToolSets<ServedTools>
  /** Whether 2025 clients can get a session, and hear in it of other tools. */
  readonly sessions: boolean
}

export interface McpServers {
  /** Builds a fresh SDK server for one request, or one session, of one verified caller. */
  readonly create: McpServerFactory
  /** Shows on a session's server the tools that the caller of the present request may see, beside those shown before. */
  readonly refresh: (server: object, authInfo: AuthInfo) => void
}

const INFO = { name: SERVER_NAME, version: VERSION }
const OPTIONS: ServerOptions = {
  // In a session, the user is asked within the call, which has one end then.
  inputRequired: { legacyShim: false },
  cacheHints: { 'tools/list': { ttlMs: 0, cacheScope: 'private' } },
  // The SDK would make one per server.
  jsonSchemaValidator: new AjvJsonSchemaValidator(),
}

/**
 * Creates the source of the SDK servers for a set of tools.
 *
 * Each request is served with the tools that `keepTools` kept with it. A caller is shown the tools they may see, a request without a
 * token the public ones, and each tool checks once more that it may be used. A server is never shared: shared state between callers is
 * how answers reach the wrong user.
 */
export function createMcpServers({ toolSets, sessions }: McpServerOptions): McpServers {
  const optionsOf = serverOptionsFor({ legacy: sessions, modern: toolSets.canChange })
  const shownBy = new WeakMap<object, ShownToCaller>()
  // Whatever was kept with a request came from the same source.
  const toolsFor = (authInfo: AuthInfo | undefined): ServedTools =>
    (toolSetOf(authInfo) as ServedTools | undefined) ?? toolSets.current
  return {
    create: markRequestFree(({ era, authInfo }) => {
      const caller = callerOf(authInfo)
      const first = toolsFor(authInfo)
      const server = new Server(INFO, optionsOf(era, first, caller))
      const shownTo = new ShownToCaller(first, caller)
      shownBy.set(server, shownTo)
      server.setRequestHandler('tools/list', (_request, { http }) => {
        const tools = toolsFor(http?.authInfo)
        // The token of this request may have other scopes than that of the session's first.
        const now = callerOf(http?.authInfo)
        const { has } = shownTo.of(tools, now)
        return { tools: tools.listed.filter(({ name }) => has(name)).map(listedTo(tools, now)) }
      })
      server.setRequestHandler('tools/call', ({ params }, context) => {
        const tools = toolsFor(context.http?.authInfo)
        const shown = shownTo.of(tools, callerOf(context.http?.authInfo))
        const tool = shownTool(params.name, tools, shown)
        const args = params.arguments ?? {}
        if (typeof tool === 'string') {
          const observation = requestObservation(context.http?.authInfo)
          observation?.callEnded(params.name, context.mcpReq.id, { outcome: tool })
          throw refusedCall(params.name, tool)
        }
        return callMeant(tool, { args, context, options: tools.calls }, tools.registry)
      })
      return server
    }),
    refresh: (server, authInfo) => {
      const { caller } = requireAuthContext(authInfo)
      const added = shownBy.get(server)?.add(toolsFor(authInfo), caller)
      if (added === true && server instanceof Server) void server.sendToolListChanged()
    },
  }
}

/** Calls the tool, or the one that is called through it. */
function callMeant(
  tool: Tool,
  call: ToolCall & { readonly args: Readonly<Record<string, unknown>> },
  registry: ToolRegistry,
): Promise<CallAnswer> {
  const { args, context, options } = call
  const caller = callerOf(context.http?.authInfo)
  if (caller === undefined) return callTool(tool, call)
  const inner = options.access.innerCall({ name: tool.name, arguments: args }, caller)
  const meant = inner && registry.find(inner.name)
  if (inner === undefined || meant === undefined) return callTool(tool, call)
  const through = { tool, args: withoutAbsentArguments(args) }
  return callTool(meant, { ...call, args: inner.arguments ?? {}, through })
}

/** For each era whether its clients can hear of other tools. */
interface TellsOfChanges {
  readonly legacy: boolean
  readonly modern: boolean
}

/** What a caller is told at the beginning: also what is missing, where their token has no scope of this server. */
function serverOptionsFor({
  legacy,
  modern,
}: TellsOfChanges): (
  era: ProtocolEra,
  tools: ServedTools,
  caller: Caller | undefined,
) => ServerOptions {
  const always = {
    legacy: { ...OPTIONS, capabilities: { tools: { listChanged: legacy } } },
    modern: {
      ...OPTIONS,
      capabilities: { tools: { listChanged: modern } },
      supportedProtocolVersions: [...SUPPORTED_PROTOCOL_VERSIONS, MODERN_REVISION],
    },
  }
  return (era, { access, nameScopes }, caller) => {
    const options = era === 'modern' ? always.modern : always.legacy
    const locked = caller && access.lockedTo(caller)
    if (locked === undefined) return options
    return { ...options, instructions: lockedInstructions(locked, nameScopes) }
  }
}

/** What a caller is told of a tool: what is missing, where their token has no scope of this server. */
function listedTo(
  { access, nameScopes }: ServedTools,
  caller: Caller | undefined,
): (definition: ToolDefinition) => ToolDefinition {
  const locked = caller && access.lockedTo(caller)
  return (definition) => {
    const missing = locked?.get(definition.name)
    return missing === undefined ? definition : lockedDefinition(definition, nameScopes(missing))
  }
}

/**
 * The caller of a request; `undefined` for one that was let in without a token. Throws `misconfigured` for a request that is neither.
 */
function callerOf(authInfo: AuthInfo | undefined): Caller | undefined {
  if (anonymousRequest(authInfo) !== undefined) return undefined
  return requireAuthContext(authInfo).caller
}

type Refusal = 'unknown_tool' | 'hidden_tool'

/** The tool; or why there is none for this caller. */
function shownTool(name: string, { registry }: ServedTools, shown: ShownTools): Tool | Refusal {
  const tool = registry.find(name)
  if (tool === undefined) return 'unknown_tool'
  return shown.has(name) ? tool : 'hidden_tool'
}

/** In the words of the SDK. */
function refusedCall(name: string, refusal: Refusal): ProtocolError {
  const why = refusal === 'unknown_tool' ? 'not found' : 'disabled'
  return new ProtocolError(ProtocolErrorCode.InvalidParams, `Tool ${name} ${why}`)
}
