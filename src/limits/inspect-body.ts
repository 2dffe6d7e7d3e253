import { OnBehalfOfError, type FailureReason } from '../failures/errors.js'

const MAX_BATCH = 50
/** A list costs with every tool of the server, and nobody needs the same list twice. */
const MAX_LISTS = 5
/** Deeper values make recursive code overflow its stack, ours or a library's. */
export const MAX_DEPTH = 64
export const MAX_VALUES = 10_000
/** Outside of a tool's arguments the SDK's schemas look at each value, several times. */
const MAX_PROTOCOL_VALUES = 2_000
const MAX_MEMBERS = 1_000
/** An SDK keeps the id of each request that is under way. */
const MAX_ID_LENGTH = 256

/** What a parsed body holds. */
export interface BodyContents {
  /** JSON-RPC messages; 1 for a body that is no batch. */
  readonly messages: number
  /** Values outside of tools' arguments, as far as they were looked at: a body with too many is not walked any further. */
  readonly protocolValues: number
  /** `invalid_request`, for a body with more in it than one request may make this process work on. */
  readonly refusal: OnBehalfOfError | undefined
}

/**
 * Checks the size and shape of a parsed JSON body before other code walks it; throws `invalid_request` at the first
 * excess.
 *
 * Limits: 50 messages, 5 requests for a list, 10,000 values (2,000 outside of tools' arguments), 1,000 members of an
 * object or list, 64 levels, ids of 256 characters. Lists and objects within an argument may be longer.
 */
export function inspectBody(body: unknown): BodyContents {
  const messages: readonly unknown[] = Array.isArray(body) ? body : [body]
  const counted = countValues(body)
  return {
    messages: Array.isArray(body) ? body.length : 1,
    protocolValues: Math.min(counted.protocolValues, 2 * MAX_PROTOCOL_VALUES),
    refusal: refusalOfBatch(messages) ?? counted.refusal ?? refusalOfIds(messages),
  }
}

interface Level {
  readonly value: object
  readonly depth: number
  /** Whether it lies within the arguments of a tool. */
  readonly free: boolean
}

function countValues(body: unknown): Omit<BodyContents, 'messages'> {
  const args = argumentsIn(body)
  const pending: Level[] = isObject(body) ? [{ value: body, depth: 0, free: false }] : []
  let values = 1
  let protocolValues = 1
  for (let level = pending.pop(); level !== undefined; level = pending.pop()) {
    const { value, depth } = level
    const members = Array.isArray(value) ? (value as unknown[]) : Object.values(value)
    values += members.length
    if (!level.free) protocolValues += members.length
    if (!level.free && members.length > MAX_MEMBERS)
      return { protocolValues, refusal: tooManyMembers() }
    if (values > MAX_VALUES || protocolValues > MAX_PROTOCOL_VALUES) {
      return { protocolValues, refusal: tooManyValues() }
    }
    if (depth >= MAX_DEPTH && members.length > 0) return { protocolValues, refusal: tooDeep() }
    const free = level.free || args.has(value)
    for (const member of members) {
      if (isObject(member)) pending.push({ value: member, depth: depth + 1, free })
    }
  }
  return { protocolValues, refusal: undefined }
}

function argumentsIn(body: unknown): ReadonlySet<object> {
  const messages: readonly unknown[] = Array.isArray(body) ? body : [body]
  const found = new Set<object>()
  for (const message of messages) {
    const { params } = (message ?? {}) as { params?: unknown }
    const { arguments: args } = (params ?? {}) as { arguments?: unknown }
    if (isObject(args)) found.add(args)
  }
  return found
}

function refusalOfIds(messages: readonly unknown[]): OnBehalfOfError | undefined {
  if (!messages.some((message) => idsIn(message).some(isTooLong))) return undefined
  return refused(
    'id_too_long',
    `The id of a request may have ${MAX_ID_LENGTH} characters at the most.`,
  )
}

function idsIn(message: unknown): readonly unknown[] {
  const { id, params } = (message ?? {}) as { id?: unknown; params?: unknown }
  const { requestId, _meta } = (params ?? {}) as { requestId?: unknown; _meta?: unknown }
  const { progressToken } = (_meta ?? {}) as { progressToken?: unknown }
  return [id, requestId, progressToken]
}

function isTooLong(id: unknown): boolean {
  return typeof id === 'string' && id.length > MAX_ID_LENGTH
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function refusalOfBatch(messages: readonly unknown[]): OnBehalfOfError | undefined {
  if (messages.length <= MAX_BATCH && messages.filter(asksForList).length <= MAX_LISTS) {
    return undefined
  }
  return refused(
    'batch_too_long',
    `A batch may hold ${MAX_BATCH} messages at the most, and ${MAX_LISTS} of them that ask for a list.`,
  )
}

function asksForList(message: unknown): boolean {
  const { method } = (message ?? {}) as { method?: unknown }
  return typeof method === 'string' && method.endsWith('/list')
}

export function tooManyValues(): OnBehalfOfError {
  return refused(
    'too_many_values',
    `The request body may hold ${MAX_VALUES} values at the most, ${MAX_PROTOCOL_VALUES} of them outside of a tool's arguments. Send less in one request.`,
  )
}

function tooManyMembers(): OnBehalfOfError {
  return refused(
    'too_many_members',
    `An object or list in the request body may have ${MAX_MEMBERS} members at the most, but for lists and objects within a tool's arguments.`,
  )
}

export function tooDeep(): OnBehalfOfError {
  return refused('too_deep', `The request body may be ${MAX_DEPTH} levels deep at the most.`)
}

function refused(reason: FailureReason<'request'>, description: string): OnBehalfOfError {
  return new OnBehalfOfError('invalid_request', { reason, description })
}
