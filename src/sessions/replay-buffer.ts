import { AsyncLocalStorage } from 'node:async_hooks'
import type { EventStore, JSONRPCMessage, RequestId } from '@modelcontextprotocol/server'
import { OnBehalfOfError } from '../failures/errors.js'
import type { Caller } from '../identity/caller.js'
import { callerForLog, identifiersForLog } from '../identity/identifier-for-log.js'
import { missingScopes } from '../scopes.js'

interface StoredEvent {
  readonly streamId: string
  /** `undefined` for one that was too large to be kept. */
  readonly message: JSONRPCMessage | undefined
  /** The request that it answers, where it was not kept. */
  readonly answers?: RequestId | undefined
  /** Whose request it came from; absent where nobody's. */
  readonly caller: Caller | undefined
  readonly bytes: number
}

export interface ReplayBufferOptions {
  /** Of the messages as JSON, with 512 bytes more for each. Beyond it, the oldest go. Default 256 KiB. */
  readonly maxBytes?: number | undefined
}

/**
 * The request that is being handled. One for all buffers: Node passes every storage that was ever used on to every promise, so that
 * one for each session would slow the whole process down for good.
 */
const handling = new AsyncLocalStorage<{ readonly buffer: ReplayBuffer; readonly caller: Caller }>()

/** What an entry costs beside its text: many small messages must not count as nothing. */
const OVERHEAD_BYTES = 512

/**
 * Keeps the last messages of one session, so that a client that reconnects gets what it missed.
 *
 * An event id of another session is unknown here. A client that asks for an event that is no longer kept gets an
 * error, not a stream with a gap. A message larger than the buffer is not kept.
 */
export class ReplayBuffer implements EventStore {
  readonly #maxBytes: number
  readonly #events = new Map<number, StoredEvent>()
  #last = 0
  #total = 0

  constructor({ maxBytes = 256 * 1024 }: ReplayBufferOptions = {}) {
    this.#maxBytes = maxBytes
  }

  /** Runs the handling of a request, so that what is stored meanwhile is known to come from this caller's request. */
  during<T>(caller: Caller, handle: () => T): T {
    return handling.run({ buffer: this, caller }, handle)
  }

  /**
   * Throws where a caller must not read what came on the stream of this event: their token has to have the scopes, and
   * the permissions, of the token that made the request.
   *
   * `insufficient_scope`, `permission_denied`. An event that is not kept is left to the transport.
   */
  assertReadable(lastEventId: string, reader: Caller): void {
    const from = this.#find(lastEventId)
    if (from === undefined) return
    for (const { streamId, caller } of this.#events.values()) {
      if (streamId === from.streamId && caller !== undefined) assertCovers(reader, caller)
    }
  }

  storeEvent(streamId: string, message: JSONRPCMessage): Promise<string> {
    this.#last += 1
    const size = OVERHEAD_BYTES + Buffer.byteLength(JSON.stringify(message))
    const handled = handling.getStore()
    const caller = handled?.buffer === this ? handled.caller : undefined
    const event =
      size > this.#maxBytes
        ? {
            streamId,
            message: undefined,
            answers: answered(message),
            caller,
            bytes: OVERHEAD_BYTES,
          }
        : { streamId, message, caller, bytes: size }
    this.#events.set(this.#last, event)
    this.#total += event.bytes
    for (const [id, { bytes }] of this.#events) {
      if (this.#total <= this.#maxBytes) break
      this.#events.delete(id)
      this.#total -= bytes
    }
    return Promise.resolve(`${this.#last}`)
  }

  getStreamIdForEventId(eventId: string): Promise<string | undefined> {
    const from = this.#find(eventId)
    const complete = from !== undefined && !this.#hasGapAfter(Number(eventId), from.streamId)
    return Promise.resolve(complete ? from.streamId : undefined)
  }

  async replayEventsAfter(
    lastEventId: string,
    { send }: { send: (eventId: string, message: JSONRPCMessage) => Promise<void> },
  ): Promise<string> {
    const from = this.#find(lastEventId)
    if (from === undefined) throw new Error('no such event')
    for (const [id, event] of [...this.#events]) {
      if (id <= Number(lastEventId) || event.streamId !== from.streamId) continue
      const message = event.message ?? tooLargeToKeep(event.answers, this.#maxBytes)
      if (message !== undefined && !isPriming(message)) await send(`${id}`, message)
    }
    return from.streamId
  }

  #hasGapAfter(after: number, stream: string): boolean {
    return [...this.#events].some(
      ([id, { streamId, message, answers }]) =>
        id > after && streamId === stream && message === undefined && answers === undefined,
    )
  }

  #find(eventId: string): StoredEvent | undefined {
    return /^\d{1,15}$/.test(eventId) ? this.#events.get(Number(eventId)) : undefined
  }
}

function assertCovers(reader: Caller, caller: Caller): void {
  const missing = missingScopes(caller.scopes, reader.scopes)
  if (missing.length > 0) {
    throw new OnBehalfOfError('insufficient_scope', {
      reason: 'replay_scope_missing',
      description: 'The answers on this stream were given to a token with more scopes.',
      scopes: boundedScopes(missing, reader.scopes),
      log: { missing: identifiersForLog(missing), ...callerForLog(reader) },
    })
  }
  const lost = missingPermissions(reader.permissions, caller.permissions)
  if (lost) {
    throw new OnBehalfOfError('permission_denied', {
      reason: 'replay_permission_missing',
      description:
        'The answers on this stream were given to a token with more permissions. Make the call again.',
      log: callerForLog(reader),
    })
  }
}

/** Where one token has the claim and the other has none, nobody can tell which allows more. */
function missingPermissions(
  granted: readonly string[] | undefined,
  needed: readonly string[] | undefined,
): boolean {
  if (granted === undefined || needed === undefined) return granted !== needed
  return missingScopes(needed, granted).length > 0
}

function answered(message: JSONRPCMessage): RequestId | undefined {
  return 'id' in message && !('method' in message) ? message.id : undefined
}

function tooLargeToKeep(id: RequestId | undefined, maxBytes: number): JSONRPCMessage | undefined {
  if (id === undefined) return undefined
  const message = `The answer was too large to be kept for a client that lost its connection (${maxBytes} bytes). Make the call again, for less at a time.`
  return { jsonrpc: '2.0', id, error: { code: -32_000, message } }
}

/** The transport stores an empty object for the event that only tells the client where the stream begins. */
function isPriming(message: JSONRPCMessage): boolean {
  return Object.keys(message).length === 0
}

/** Of scopes in a challenge, in characters: proxies refuse answers with more than 8 KiB of headers. */
const MAX_ASKED = 2_000

/** The scopes that are missing and those that the token has, as far as they fit. */
function boundedScopes(missing: readonly string[], held: readonly string[]): readonly string[] {
  const asked: string[] = []
  let length = 0
  for (const scope of new Set([...missing, ...held])) {
    length += scope.length + 1
    if (length > MAX_ASKED) break
    asked.push(scope)
  }
  return asked
}
