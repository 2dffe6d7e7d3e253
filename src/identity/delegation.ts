import { textOf } from './claims.js'

/** Who acts for the user: the `act` claim (RFC 8693 §4.1). */
export interface Delegation {
  /** The party that acts now. The only entry that may decide anything. */
  readonly actor: string
  /** All that acted, newest first, the current one included. For the record alone (RFC 8693 §4.1). */
  readonly chain: readonly string[]
  /** The OAuth client of the current actor where it is named apart from the actor. */
  readonly actorClientId?: string | undefined
}

/** Deeper than any authorization server issues; a bound on what is read. */
const MAX_READ_DEPTH = 32

/**
 * Reads an `act` claim; `undefined` where there is none.
 *
 * Throws a `TypeError` for one that is malformed at any level: no object, without a `sub` that is a non-blank
 * string, or deeper than 32; and where `client_id` of the current actor is no text. Unknown members are tolerated.
 */
export function parseDelegation(act: unknown): Delegation | undefined {
  if (act === undefined) return undefined
  const chain: string[] = []
  let level: unknown = act
  while (level !== undefined) {
    const actor = subjectOf(level)
    if (chain.length >= MAX_READ_DEPTH) throw new TypeError('act is nested too deeply')
    chain.push(actor)
    level = (level as { act?: unknown }).act
  }
  const clientId = (act as { client_id?: unknown }).client_id ?? undefined
  const actorClientId = textOf(clientId)
  if (clientId !== undefined && actorClientId === undefined) {
    throw new TypeError('act names its client in no text')
  }
  return Object.freeze({ actor: chain[0] ?? '', chain: Object.freeze(chain), actorClientId })
}

function subjectOf(level: unknown): string {
  const actor = textOf((level as { sub?: unknown } | null)?.sub)
  if (actor === undefined) throw new TypeError('act names no actor')
  return actor
}
