import type { Fetch } from './fetch-json.js'
import type { HttpSender } from './http-sender.js'
import { createOutgoingFetch } from './outgoing-fetch.js'
import { senderOfFetch } from './sender-of-fetch.js'

/** How `createSender` reaches other servers. */
export interface SenderOptions {
  /** Default: connections of its own. */
  readonly fetch?: Fetch | undefined
  /** Connections to one origin at a time, where they are its own. Default 64. */
  readonly connections?: number | undefined
}

/** Creates a sender: over connections of its own, or by way of a `fetch`. */
export function createSender({ fetch, connections }: SenderOptions): HttpSender {
  return senderOfFetch(fetch ?? createOutgoingFetch({ connections }).fetch)
}
