import {
  McpServer,
  type CallToolResult,
  type McpServerFactory,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { downstreamOf } from './downstream/downstream-access.js'
import { describeError } from './describe-error.js'
import { asOnBehalfOfError } from './errors.js'
import { FAILURE_TABLE, failureText } from './failure-table.js'
import { authContextOf } from './identity/auth-context.js'
import type { Log } from './log.js'
import type { ToolRegistry } from './tools/registry.js'
import type { DownstreamToolContext, Tool } from './tools/tool.js'
import { VERSION } from './version.js'

export interface McpServerOptions {
  readonly registry: ToolRegistry
  readonly log: Log
  /** Creates the reference that ties a tool error to its log line. */
  readonly createReference: () => string
}

/**
 * Returns the factory that builds a fresh SDK server for one request of one verified caller.
 *
 * Only the tools the caller may use exist on it. A server is never shared: shared state between callers
 * is how answers reach the wrong user.
 */
export function createMcpServerFactory(options: McpServerOptions): McpServerFactory {
  return ({ authInfo }) => {
    const { caller } = authContextOf(authInfo)
    const server = new McpServer(
      { name: 'mcp-on-behalf-of', version: VERSION },
      { capabilities: { tools: {} } },
    )
    for (const tool of options.registry.allowedTo(caller)) registerTool(server, tool, options)
    return server
  }
}

function registerTool(server: McpServer, tool: Tool, options: McpServerOptions): void {
  server.registerTool(
    tool.name,
    {
      title: tool.title,
      description: tool.description,
      inputSchema: tool.inputSchema,
      outputSchema: tool.outputSchema,
      ...(tool.annotations === undefined ? {} : { annotations: tool.annotations }),
    },
    (input, context) => runTool(tool, { input, context, options }),
  )
}

interface Invocation {
  readonly input: Record<string, unknown>
  readonly context: ServerContext
  readonly options: McpServerOptions
}

async function runTool(tool: Tool, invocation: Invocation): Promise<CallToolResult> {
  const { input, context } = invocation
  try {
    const output = await tool.handler(input, toolContext(tool, context))
    return {
      content: [{ type: 'text', text: tool.toText(output) }],
      structuredContent: output,
    }
  } catch (error) {
    return toolError(tool, error, invocation)
  }
}

/** Fails before the handler runs where the tool wants an API and the exchange gave no access to it. */
function toolContext(tool: Tool, context: ServerContext): DownstreamToolContext {
  const { authInfo } = context.http ?? {}
  const { caller } = authContextOf(authInfo)
  const { signal } = context.mcpReq
  const local = { caller, signal }
  return tool.downstream === undefined
    ? (local as DownstreamToolContext)
    : { ...local, downstream: downstreamOf(authInfo, tool.name) }
}

function toolError(tool: Tool, thrown: unknown, { context, options }: Invocation): CallToolResult {
  const error = asOnBehalfOfError(thrown)
  const rule = FAILURE_TABLE[error.code]
  const reference = options.createReference()
  options.log.event(rule.logLevel, 'tool_failed', {
    tool: tool.name,
    code: error.code,
    reason: error.details.reason,
    security: rule.security,
    reference,
    requestId: context.mcpReq.id,
    ...error.details.log,
    err: describeError(error),
  })
  const text = failureText(error.code, error.details)
  return {
    isError: true,
    content: [{ type: 'text', text: rule.reference ? `${text} (reference: ${reference})` : text }],
  }
}
