import type { ServerContext } from '@modelcontextprotocol/server'
import type { Confirmation, ConfirmedCall, Unconfirmed } from '../confirmation/confirmation.js'
import { OnBehalfOfError } from '../failures/errors.js'
import { anonymousRequest } from '../identity/anonymous-request.js'
import { requireAuthContext } from '../identity/auth-context.js'
import { isConfirmed, type Tool } from '../tools/tool.js'
import { verdictOf } from './policed-call.js'

/** How users are asked before tools run. */
export interface AskingOptions {
  /** Asks the user before tools with `confirm`. Without it, those are not called. */
  readonly confirmation?: Confirmation | undefined
  /** The operation of the API that a tool calls, by its name, for a tool that does not name it itself. */
  readonly operationOf?: ((tool: string) => string | undefined) | undefined
  /** Changes with what a tool is and does, by its name. */
  readonly versionOf?: ((tool: string) => string) | undefined
  /** Whether a policy has to have decided about each call. Default false. */
  readonly hasPolicy?: boolean | undefined
}

/** A call before which the user may have to be asked. */
export interface AskedInvocation {
  /** As the client sent them: what the user agrees to. */
  readonly args: Readonly<Record<string, unknown>>
  /** As the tool's schema has read them. */
  readonly input: Record<string, unknown>
  readonly context: ServerContext
  readonly options: AskingOptions
}

/** Checks the arguments and asks the user before a tool runs, where it or the policy wants that. `undefined`: the tool may run. */
export async function askFirst(
  tool: Tool,
  invocation: AskedInvocation,
): Promise<Unconfirmed | undefined> {
  const { context, options } = invocation
  const { confirmation, hasPolicy } = options
  const call = confirmedCall(tool, invocation)
  const isAsked =
    isConfirmed(tool) ||
    verdictOf(tool, context)?.kind === 'asked' ||
    (hasPolicy === true && (await isPending(confirmation, call, context)))
  if (!isAsked) return undefined
  if (confirmation === undefined) {
    const log = { hint: 'give createMcpServers() a confirmation' }
    throw new OnBehalfOfError('misconfigured', { reason: 'not_confirmed', log })
  }
  const { caller } = requireAuthContext(context.http?.authInfo)
  tool.check?.(invocation.input, { caller })
  return confirmation.ask(context, call)
}

/** A policy may have had the user asked before, and allow the call now. */
async function isPending(
  confirmation: Confirmation | undefined,
  call: ConfirmedCall,
  context: ServerContext,
): Promise<boolean> {
  if (anonymousRequest(context.http?.authInfo) !== undefined) return false
  return (await confirmation?.isPending(context, call)) === true
}

/** What the user reads, and agrees to. */
function confirmedCall(
  tool: Tool,
  { args, options }: Pick<AskedInvocation, 'args' | 'options'>,
): ConfirmedCall {
  const { name, title, inputSchema } = tool
  const operation =
    typeof tool.confirm === 'object' ? tool.confirm.operation : options.operationOf?.(name)
  const confirm = operation === undefined ? tool.confirm : { operation }
  return { tool: { name, title, confirm, inputSchema }, args, version: options.versionOf?.(name) }
}
