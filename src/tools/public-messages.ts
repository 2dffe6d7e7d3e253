import { isJsonObject } from '../http/json-object.js'
import type { ToolAccess } from './access.js'

/** Requests that tell nothing of a user, and change nothing. */
const PUBLIC_METHODS: ReadonlySet<unknown> = new Set([
  'initialize',
  'ping',
  'server/discover',
  'tools/list',
])
/** Of a call. Anything else is more than a plain call: a task, or the next step of an earlier call. */
const CALL_MEMBERS: ReadonlySet<string> = new Set(['name', 'arguments', '_meta'])

/** Of 2025-11-25, Tasks. */
const RELATED_TASK_META_KEY = 'io.modelcontextprotocol/related-task'

/** The part of a `ToolAccess` that decides about requests without a token. */
export type PublicAccess = Pick<ToolAccess, 'isPublic'>

/**
 * Whether a parsed body asks for nothing but what is served without a token: each of its messages is a notification, a
 * request of `PUBLIC_METHODS`, or a plain call of a public tool.
 *
 * False for whatever else there is, known or not: responses, tasks, and an empty batch.
 */
export function isPublicBody(body: unknown, access: PublicAccess): boolean {
  const messages: readonly unknown[] = Array.isArray(body) ? body : [body]
  return messages.length > 0 && messages.every((message) => isPublicMessage(message, access))
}

function isPublicMessage(message: unknown, access: PublicAccess): boolean {
  if (!isJsonObject(message)) return false
  const { method, params = {} } = own(message)
  if (typeof method !== 'string' || !isJsonObject(params) || belongsToTask(params)) return false
  if (method.startsWith('notifications/')) return !Object.hasOwn(message, 'id')
  if (PUBLIC_METHODS.has(method)) return true
  if (method !== 'tools/call') return false
  const { name } = own(params)
  const isPlain = Object.keys(params).every((member) => CALL_MEMBERS.has(member))
  return isPlain && typeof name === 'string' && access.isPublic(name)
}

/** An SDK may put the answer to such a message among those of the task, which is somebody's. */
function belongsToTask(params: object): boolean {
  const { _meta: meta, task } = own(params)
  return task !== undefined || (isJsonObject(meta) && Object.hasOwn(meta, RELATED_TASK_META_KEY))
}

/** Without what it inherits. */
function own(value: object): Readonly<Record<string, unknown>> {
  return Object.assign(Object.create(null) as Record<string, unknown>, value)
}
