import { createHash } from 'node:crypto'
import { OnBehalfOfError } from '../failures/errors.js'
import { scrub } from '../logging/scrub.js'
import { rejectionHint } from './rejection-hints.js'
import type { RejectionReason } from './rejection-reasons.js'

/** In what a returned token differs from the one that was asked for. */
export interface Difference {
  /** What is compared, for the names of the log fields: `Issuer` gives `expectedIssuer` and `receivedIssuer`. */
  readonly of: string
  readonly expected: unknown
  /** As it came; `undefined` where nothing came. Never a token, a key or its thumbprint. */
  readonly received: unknown
  readonly cause?: unknown
}

const MAX_LENGTH = 300

/**
 * The failure for a returned token that is not the one that was asked for: `exchange_rejected` with its reason. The log
 * has what was expected, what came, bounded and without anything that looks like a token, and a hint.
 */
export function rejected(reason: RejectionReason, difference: Difference): OnBehalfOfError {
  const { of, expected, received, cause } = difference
  const [before, after] = distinguishable(textOf(expected), textOf(received))
  return new OnBehalfOfError('exchange_rejected', {
    reason,
    log: {
      [`expected${of}`]: before,
      [`received${of}`]: after,
      hint: rejectionHint(reason, received),
    },
    cause,
  })
}

function textOf(value: unknown): string {
  if (value === undefined) return 'none'
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Identifiers that are scrubbed look alike; the beginning of their hash tells them apart and gives nothing away. */
function distinguishable(expected: string, received: string): readonly [string, string] {
  const [before, after] = [shown(expected), shown(received)]
  if (before !== after || expected === received) return [before, after]
  return [`${before} (sha256 ${hashOf(expected)})`, `${after} (sha256 ${hashOf(received)})`]
}

function shown(text: string): string {
  return scrub(text, MAX_LENGTH) ?? ''
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8)
}
