import { printable } from '../../../printable.js'
import type { Arrival } from './redirects.js'

/** What a client got where it looked for a document of metadata. */
export type DocumentState =
  | 'found'
  /** Any 4xx. */
  | 'not_found'
  /** 5xx, or a status that is no success. */
  | 'status'
  | 'redirect'
  | 'not_json'
  | 'too_large'
  | 'unfinished'
  | 'unreachable'
  /** This command did not ask: the address is inside, is plain http, or the limits are used up. */
  | 'refused'

export interface MetadataDocument {
  readonly url: URL
  readonly state: DocumentState
  readonly status: number | undefined
  /** Of a document that was found. */
  readonly members: Readonly<Record<string, unknown>>
  /** What was seen, in one sentence without its end. */
  readonly text: string
}

/** Reads what arrived from where a document of metadata may be. */
export function readDocument(address: URL, { outcome, leadsTo }: Arrival): MetadataDocument {
  const at = printable(address.href)
  const seen = (state: DocumentState, text: string, status?: number): MetadataDocument => ({
    ...{ url: address, state, status, members: {} },
    text: `${at} ${text}`,
  })
  if (outcome.kind === 'refused')
    return seen('refused', `was not asked (${REFUSALS[outcome.reason]})`)
  if (outcome.kind === 'failed') {
    return seen('unreachable', `does not answer: ${outcome.fault.message}`)
  }
  const { status, body, bodyState } = outcome
  if (leadsTo !== undefined) {
    const target = printable(`${leadsTo.origin}${leadsTo.pathname}`)
    return seen('redirect', `answers ${status}, a redirect to ${target}`, status)
  }
  if (status >= 400 && status < 500) return seen('not_found', `answers ${status}`, status)
  if (status < 200 || status >= 300) return seen('status', `answers ${status}`, status)
  if (bodyState === 'too_large')
    return seen('too_large', 'sends more than a client may want to read')
  if (bodyState === 'unfinished') return seen('unfinished', 'does not end its answer')
  const members = objectIn(body)
  if (members !== undefined) return { ...seen('found', 'answers', status), members }
  const type = printable(outcome.headers.get('content-type') ?? 'no Content-Type')
  return seen(
    'not_json',
    `answers ${status} with something that is no JSON object (${type})`,
    status,
  )
}

const REFUSALS = {
  not_https: 'plain http to another machine',
  internal_address: 'an address inside, out of reach of clients',
  used_up: 'the limits of this command are used up',
} as const

function objectIn(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}
