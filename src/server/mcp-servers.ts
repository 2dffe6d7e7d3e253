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
import { lockedDefinition, lockedInstructions, type LockedTools } from '../tools/locked-tools.js'
import type { ScopeNames } from '../tools/scope-names.js'
import { securitySchemesOf, type SecurityScheme } from '../tools/security-schemes.js'
import type { ToolAccess } from '../tools/access.js'
import type { ToolRegistry } from '../tools/registry.js'
import { ShownTools } from '../tools/shown-tools.js'
import { toolDefinition, type ToolDefinition } from '../tools/tool-definition.js'
import type { Tool } from '../tools/tool.js'
import { SERVER_NAME, VERSION } from '../version.js'
import { callTool, type CallAnswer, type ToolCall, type ToolCallOptions } from './call-tool.js'

export interface McpServerOptions extends ToolCallOptions {
  readonly registry: ToolRegistry
  /** Writes scopes as clients have to ask for them. */
  readonly nameScopes: ScopeNames
  /** Whether `tools/list` says what each tool needs, in `_meta.securitySchemes`. */
  readonly securitySchemes: boolean
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
  // In a session, the user is asked within the call, which has one end then.
  inputRequired: { legacyShim: false },
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
 * A caller is shown the tools they may see, a request without a token the public ones, and each tool checks once more that it
 * may be used. A server is
 * never shared: shared state between callers is how answers reach the wrong user. Throws a `TypeError` for a tool that
 * cannot be listed.
 */
export function createMcpServers(options: McpServerOptions): McpServers {
  const { registry, access } = options
  const definitions = registry.tools.map((tool) =>
    toolDefinition(tool, options.securitySchemes ? schemesOf(tool, options) : undefined),
  )
  const unlisted = new Set(registry.tools.flatMap((tool) => (tool.unlisted ? [tool.name] : [])))
  const listed = definitions.filter(({ name }) => !unlisted.has(name))
  const { serverOptions, listedTo } = lockedListing(options)
  const shownBy = new WeakMap<object, ShownTools>()
  return {
    definitions,
    create: markRequestFree(({ era, authInfo }) => {
      const caller = callerOf(authInfo)
      const server = new Server(INFO, serverOptions(era, caller))
      const shown = shownTo(caller, access)
      if (shown instanceof ShownTools) shownBy.set(server, shown)
      server.setRequestHandler('tools/list', (_request, { http }) => ({
        tools: listed
          .filter(({ name }) => shown.has(name))
          // The token of this request may have other scopes than that of the session's first.
          .map(listedTo(callerOf(http?.authInfo))),
      }))
      server.setRequestHandler('tools/call', ({ params }, context) => {
        const tool = shownTool(params.name, registry, shown)
        const args = params.arguments ?? {}
        if (typeof tool === 'string') {
          const observation = requestObservation(context.http?.authInfo)
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

/** What a caller whose token has no scope of this server is told of the tools. */
function lockedListing({ access, nameScopes }: McpServerOptions) {
  const lockedTo = (caller: Caller | undefined): LockedTools | undefined =>
    caller === undefined ? undefined : access.lockedTo(caller)
  const serverOptions = (era: ProtocolEra, caller: Caller | undefined): ServerOptions => {
    const always = era === 'modern' ? MODERN_OPTIONS : LEGACY_OPTIONS
    const locked = lockedTo(caller)
    if (locked === undefined) return always
    return { ...always, instructions: lockedInstructions(locked, nameScopes) }
  }
  const listedTo = (
    caller: Caller | undefined,
  ): ((definition: ToolDefinition) => ToolDefinition) => {
    const locked = lockedTo(caller)
    return (definition) => {
      const missing = locked?.get(definition.name)
      return missing === undefined ? definition : lockedDefinition(definition, nameScopes(missing))
    }
  }
  return { serverOptions, listedTo }
}

/** A public tool needs nothing, although somebody may be signed in. */
function schemesOf(
  tool: Tool,
  { access, nameScopes }: McpServerOptions,
): readonly SecurityScheme[] {
  return access.isPublic(tool.name) ? [{ type: 'noauth' }] : securitySchemesOf(tool, nameScopes)
}

/**
 * The caller of a request; `undefined` for one that was let in without a token. Throws `misconfigured` for a request that is neither.
 */
function callerOf(authInfo: AuthInfo | undefined): Caller | undefined {
  if (anonymousRequest(authInfo) !== undefined) return undefined
  return requireAuthContext(authInfo).caller
}

function shownTo(caller: Caller | undefined, access: ToolAccess<Tool>): Pick<ShownTools, 'has'> {
  if (caller === undefined) return { has: (name) => access.isPublic(name) }
  return new ShownTools(access, caller)
}

type Refusal = 'unknown_tool' | 'hidden_tool'

/** The tool; or why there is none for this caller. */
function shownTool(
  name: string,
  registry: ToolRegistry,
  shown: Pick<ShownTools, 'has'>,
): Tool | Refusal {
  const tool = registry.find(name)
  if (tool === undefined) return 'unknown_tool'
  return shown.has(name) ? tool : 'hidden_tool'
}

/** In the words of the SDK. */
function refusedCall(name: string, refusal: Refusal): ProtocolError {
  const why = refusal === 'unknown_tool' ? 'not found' : 'disabled'
  return new ProtocolError(ProtocolErrorCode.InvalidParams, `Tool ${name} ${why}`)
}
