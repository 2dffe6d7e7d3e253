import type { Caller } from '../identity/caller.js'
import type { ToolAccess } from './access.js'
import { toolCallOf } from './tool-calls.js'

/**
 * A parsed MCP request body in which each call of a tool through which others are called is the call that is meant by it. The body
 * itself where there is none, and as it was in any case.
 */
export function innerMessages(
  body: unknown,
  access: Pick<ToolAccess, 'innerCall'>,
  caller: Caller,
): unknown {
  if (!Array.isArray(body)) return innerMessage(body, access, caller)
  const messages = body as readonly unknown[]
  const meant = messages.map((message) => innerMessage(message, access, caller))
  return meant.some((message, index) => message !== messages[index]) ? meant : body
}

function innerMessage(
  message: unknown,
  access: Pick<ToolAccess, 'innerCall'>,
  caller: Caller,
): unknown {
  const call = toolCallOf(message)
  if (call === undefined) return message
  const { name, params } = call
  const inner = access.innerCall({ name, arguments: params['arguments'] }, caller)
  return inner === undefined ? message : { ...call.message, params: { ...params, ...inner } }
}
