import type { AuthInfo } from '@modelcontextprotocol/server'
import { OnBehalfOfError } from '../failures/errors.js'
import { contentsOf, type HandlerContext } from '../identity/handler-context.js'
import { warnProcess } from '../logging/process-warning.js'
import { scrub } from '../logging/scrub.js'
import type { DownstreamClient } from './downstream-client.js'

/** What the exchange came to for one tool of one request: a way to the API, or the reason why there is none. */
export type DownstreamAccess =
  | {
      /** Opens the API for calls that end with `signal`, made for the message of that id. */
      readonly open: (
        signal: AbortSignal,
        messageId: string | number | undefined,
      ) => DownstreamClient
    }
  | { readonly failure: OnBehalfOfError }

/**
 * How a handler asks for its API.
 *
 * @category Start here
 */
export interface DownstreamOptions {
  /**
   * Ends the calls of the API. Default: the signal of the context, which aborts when the client cancels the call, and
   * outside a session also when the client goes away.
   */
  readonly signal?: AbortSignal | undefined
}

/** A request on which tools are called. */
export interface CalledTools {
  /** The declared tools that it calls. */
  readonly calls: readonly { readonly name: string; readonly downstream?: object | undefined }[]
  /** Tells the log that a handler asked for an API it cannot have. `undefined`: there is no log. */
  readonly report?: ((toolName: string, failure: OnBehalfOfError) => void) | undefined
}

interface RequestAccess extends CalledTools {
  readonly ofTools: Map<string, DownstreamAccess>
}

const accesses = new WeakMap<AuthInfo, RequestAccess>()

/** Prepares a request's auth context for the accesses of its tools. */
export function openDownstreamAccess(authInfo: AuthInfo, called: CalledTools): void {
  accesses.set(authInfo, { ofTools: new Map(), ...called })
}

/** Attaches the access of one tool to the request's auth context, which has been prepared. */
export function attachDownstreamAccess(
  authInfo: AuthInfo,
  toolName: string,
  access: DownstreamAccess,
): void {
  accesses.get(authInfo)?.ofTools.set(toolName, access)
}

/**
 * The API as the signed-in user, for a tool that declares a downstream. `context` is what the SDK handed to the handler.
 *
 * Throws the failure of the exchange where there was one, so that no handler runs without a token, and
 * `misconfigured` where no exchange took place for this tool on this request. The log says why; where the request has none, a
 * warning of the process does, once.
 *
 * @category Start here
 * @example
 * server.registerTool('greet', { inputSchema: z.object({}) }, async (_input, context) => {
 *   const api = downstreamOf(context, 'greet')
 *   const { sub } = await api.json('/me', { schema: z.object({ sub: z.string() }) })
 *   return { content: [{ type: 'text', text: `Hello ${sub}` }] }
 * })
 */
export function downstreamOf(
  context: HandlerContext,
  toolName: string,
  options: DownstreamOptions = {},
): DownstreamClient {
  const { authInfo, signal, messageId } = contentsOf(context)
  const ofRequest = authInfo === undefined ? undefined : accesses.get(authInfo)
  const access = ofRequest?.ofTools.get(toolName)
  if (access === undefined || signal === undefined) {
    throw noAccess(toolName, { isContext: signal !== undefined, authInfo, ofRequest })
  }
  if ('failure' in access) throw access.failure
  return access.open(options.signal ?? signal, messageId)
}

interface Finding {
  readonly isContext: boolean
  readonly authInfo: AuthInfo | undefined
  readonly ofRequest: RequestAccess | undefined
}

interface Diagnosis {
  readonly problem: string
  readonly hint: string
}

/** The failure, which goes to the log of the request; where there is none, a warning of the process says what is wrong. */
function noAccess(toolName: string, finding: Finding): OnBehalfOfError {
  const { isContext, ofRequest } = finding
  const tool = scrub(toolName, 100) ?? typeof toolName
  const wrongTool = isContext && ofRequest !== undefined
  const diagnosis = wrongTool ? wrongToolDiagnosis(tool, ofRequest) : wiringDiagnosis(finding)
  const failure = new OnBehalfOfError('misconfigured', {
    reason: 'no_downstream_access',
    log: { tool, ...diagnosis },
  })
  if (ofRequest?.report !== undefined) ofRequest.report(tool, failure)
  else warnProcess(warningText(wrongTool ? WRONG_TOOL : diagnosis), 'MCP_ON_BEHALF_OF_WIRING')
  return failure
}

function warningText({ problem, hint }: Diagnosis): string {
  return `mcp-on-behalf-of: ${problem}. To correct it, ${hint}.`
}

/** Without the names, which are no part of a fixed text. */
const WRONG_TOOL: Diagnosis = {
  problem: 'the tool that downstreamOf() names does not run, or declares no downstream',
  hint: 'pass log to onBehalfOf: then the log names the tools',
}

function wrongToolDiagnosis(tool: string, { calls }: CalledTools): Diagnosis {
  const declare = (name: string): string =>
    `declare its downstream in tools: { name: "${name}", requiredScopes, downstream: { api, scopes } }`
  if (calls.some(({ name }) => name === tool)) {
    return { problem: `the tool "${tool}" runs, and declares no downstream`, hint: declare(tool) }
  }
  const [running] = calls.filter(({ downstream }) => downstream !== undefined)
  const names = calls.map(({ name }) => `"${name}"`).join(' and ')
  const runs = names === '' ? 'no declared tool runs' : `${names} ${calls[1] ? 'run' : 'runs'}`
  return {
    problem: `downstreamOf() was asked for the tool "${tool}", and ${runs}`,
    hint:
      running === undefined
        ? `name the tool that runs, and ${declare(calls[0]?.name ?? tool)}`
        : `name the tool that runs: downstreamOf(context, "${running.name}")`,
  }
}

function wiringDiagnosis({ isContext, authInfo }: Finding): Diagnosis {
  if (!isContext) {
    return {
      problem: "downstreamOf() was not given the SDK's context",
      hint: 'pass the context that the SDK hands to the handler (SDK v1: extra) as it is',
    }
  }
  if (authInfo === undefined) {
    return {
      problem: 'the context has no authInfo: the request was not verified',
      hint: 'mount protect in front of the endpoint, and hand authenticatedRequest(req) to the SDK',
    }
  }
  return {
    problem: 'no token exchange took place for the authInfo of this context',
    hint: "mount protect, or tokenExchange(), in front, and pass on the request's own authInfo, not a copy",
  }
}
