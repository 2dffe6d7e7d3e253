import {
  McpServer,
  type AuthInfo,
  type CallToolResult,
  type McpServerFactory,
  type RegisteredTool,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { withoutUndefined } from '../options/without-undefined.js'
import { downstreamOf } from '../downstream/downstream-access.js'
import { downstreamStepUp, setPendingStepUp } from '../downstream/downstream-step-up.js'
import { describeError } from '../logging/describe-error.js'
import { asOnBehalfOfError, OnBehalfOfError } from '../failures/errors.js'
import { FAILURE_TABLE, failureText } from '../failures/failure-table.js'
import { requireAuthContext, findAuthContext } from '../identity/auth-context.js'
import { logEvent } from '../logging/log-event.js'
import type { Logger } from '../logging/logger.js'
import { scrub } from '../logging/scrub.js'
import type { ToolAccess } from '../tools/access.js'
import type { ToolRegistry } from '../tools/registry.js'
import type { DownstreamToolContext, Tool } from '../tools/tool.js'
import { SERVER_NAME, VERSION } from '../version.js'

export interface McpServerOptions {
  readonly registry: ToolRegistry
  readonly access: ToolAccess<Tool>
  readonly log: Logger
  /** Creates the reference that ties a tool error to its log line. */
  readonly createReference: () => string
}

export interface McpServers {
  /** Builds a fresh SDK server for one request, or one session, of one verified caller. */
  readonly create: McpServerFactory
  /** Shows on a session's server the tools that the caller of the present request may see, beside those shown before. */
  readonly refresh: (server: object, authInfo: AuthInfo) => void
}

/**
 * Creates the source of the SDK servers for a set of tools.
 *
 * A caller is shown the tools they may see, and each tool checks once more that its caller may use it. A server is
 * never shared: shared state between callers is how answers reach the wrong user.
 */
export function createMcpServers(options: McpServerOptions): McpServers {
  const toolsByServer = new WeakMap<object, ReadonlyMap<string, RegisteredTool>>()
  const show = (server: object, authInfo: AuthInfo | undefined): void => {
    const { caller } = requireAuthContext(authInfo)
    for (const { name } of options.access.visibleTo(caller)) {
      const tool = toolsByServer.get(server)?.get(name)
      if (tool?.enabled === false) tool.enable()
    }
  }
  return {
    create: ({ authInfo }) => {
      requireAuthContext(authInfo)
      const server = new McpServer(
        { name: SERVER_NAME, version: VERSION },
        {
          capabilities: { tools: {} },
          cacheHints: { 'tools/list': { ttlMs: 0, cacheScope: 'private' } },
        },
      )
      toolsByServer.set(
        server,
        new Map(
          options.registry.tools.map((tool) => [tool.name, registerTool(server, tool, options)]),
        ),
      )
      show(server, authInfo)
      return server
    },
    refresh: show,
  }
}

/** Hidden until it is shown. */
function registerTool(server: McpServer, tool: Tool, options: McpServerOptions): RegisteredTool {
  const registered = server.registerTool(
    tool.name,
    {
      title: tool.title,
      description: tool.description,
      inputSchema: tool.inputSchema,
      outputSchema: tool.outputSchema,
      ...withoutUndefined({ annotations: tool.annotations }),
    },
    (input, context) => runTool(tool, { input, context, options }),
  )
  registered.disable()
  return registered
}

interface Invocation {
  readonly input: Record<string, unknown>
  readonly context: ServerContext
  readonly options: McpServerOptions
}

async function runTool(tool: Tool, invocation: Invocation): Promise<CallToolResult> {
  const { input, context, options } = invocation
  try {
    assertAllowed(tool, context, options.access)
    const output = await tool.handler(input, toolContext(tool, context))
    return {
      content: [{ type: 'text', text: tool.toText(output) }],
      structuredContent: output,
    }
  } catch (error) {
    return toolError(tool, error, invocation)
  }
}

/** The middleware chain has decided this already. A server that is mounted without it refuses the call here. */
function assertAllowed(tool: Tool, context: ServerContext, access: ToolAccess<Tool>): void {
  const { caller } = requireAuthContext(context.http?.authInfo)
  if (access.decide([tool.name], caller).kind !== 'allowed') {
    throw new OnBehalfOfError('insufficient_scope', { reason: 'tool_scopes_not_mounted' })
  }
}

/** Fails before the handler runs where the tool wants an API and the exchange gave no access to it. */
function toolContext(tool: Tool, context: ServerContext): DownstreamToolContext {
  const { caller } = requireAuthContext(context.http?.authInfo)
  const { signal } = context.mcpReq
  const local = { caller, signal }
  return tool.downstream === undefined
    ? (local as DownstreamToolContext)
    : { ...local, downstream: downstreamOf(context, tool.name) }
}

/** Where the answer has not begun yet, the route replaces it by the challenge. */
function offerStepUp(tool: Tool, error: OnBehalfOfError, { http }: ServerContext): void {
  const authInfo = http?.authInfo
  if (authInfo === undefined || tool.downstream === undefined) return
  const { caller } = requireAuthContext(authInfo)
  const { requiredScopes, downstream } = tool
  const mapping = { tool: tool.name, requiredScopes, stepUp: downstream.stepUp ?? [] }
  const stepUp = downstreamStepUp(error, caller, mapping)
  if (stepUp !== undefined) setPendingStepUp(authInfo, stepUp)
}

function toolError(tool: Tool, thrown: unknown, { context, options }: Invocation): CallToolResult {
  const error = asOnBehalfOfError(thrown)
  offerStepUp(tool, error, context)
  const rule = FAILURE_TABLE[error.code]
  const reference = options.createReference()
  const { id: rpcId } = context.mcpReq
  logEvent(options.log, rule.logLevel, {
    event: 'tool_failed',
    tool: tool.name,
    code: error.code,
    reason: error.details.reason,
    status: error.details.status,
    security: rule.security,
    reference,
    requestId: findAuthContext(context.http?.authInfo)?.requestId,
    rpcId: typeof rpcId === 'string' ? scrub(rpcId, 100) : rpcId,
    ...error.details.log,
    err: describeError(error),
    stack: error.code === 'internal_error' ? framesOf(thrown) : undefined,
  })
  const text = failureText(error.code, error.details)
  return {
    isError: true,
    content: [
      { type: 'text', text: rule.includeReference ? `${text} (reference: ${reference})` : text },
    ],
  }
}

/** Where an error was thrown. Its message may quote what a call was about, so the frames alone. */
function framesOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error)) return undefined
  const { name, message, stack = '' } = thrown
  const head = `${name}: ${message}`
  const below = stack.startsWith(head) ? stack.slice(head.length) : stack
  const frames = below.split('\n').filter((line) => /^ {4}at \S/.test(line))
  return scrub(frames.map((line) => line.trim()).join(' | '), 2_000)
}
