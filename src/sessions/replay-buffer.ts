import type { EventStore, JSONRPCMessage } from '@modelcontextprotocol/server'

interface StoredEvent {
  readonly streamId: string
  readonly message: JSONRPCMessage
  readonly bytes: number
}

export interface ReplayBufferOptions {
  /** Of the messages as JSON, with 512 bytes more for each. Beyond it, the oldest go. Default 256 KiB. */
  readonly maxBytes?: number
}

/** What an entry costs beside its text: many small messages must not count as nothing. */
const OVERHEAD_BYTES = 512

/**
 * Keeps the last messages of one session, so that a client that lost its connection gets what it missed.
 *
 * Belongs to one session alone: an event id of another session names nothing here. A client that comes back for an
 * event that is no longer kept is told so by the transport, instead of being given a stream with a gap.
 */
export function createReplayBuffer({
  maxBytes = 256 * 1024,
}: ReplayBufferOptions = {}): EventStore {
  const events = new Map<number, StoredEvent>()
  let last = 0
  let total = 0
  const find = (eventId: string): StoredEvent | undefined =>
    /^\d{1,15}$/.test(eventId) ? events.get(Number(eventId)) : undefined
  return {
    storeEvent(streamId, message) {
      last += 1
      const bytes = OVERHEAD_BYTES + Buffer.byteLength(JSON.stringify(message))
      events.set(last, { streamId, message, bytes })
      total += bytes
      for (const [id, event] of events) {
        // The newest stays, however large: the transport is about to send it.
        if (total <= maxBytes || id === last) break
        events.delete(id)
        total -= event.bytes
      }
      return Promise.resolve(`${last}`)
    },
    getStreamIdForEventId: (eventId) => Promise.resolve(find(eventId)?.streamId),
    async replayEventsAfter(lastEventId, { send }) {
      const from = find(lastEventId)
      if (from === undefined) throw new Error('no such event')
      for (const [id, { streamId, message }] of [...events]) {
        const missed = id > Number(lastEventId) && streamId === from.streamId
        if (missed && !isPriming(message)) await send(`${id}`, message)
      }
      return from.streamId
    },
  }
}

/** The transport stores an empty object for the event that only tells the client where the stream begins. */
function isPriming(message: JSONRPCMessage): boolean {
  return Object.keys(message).length === 0
}
