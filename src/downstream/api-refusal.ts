import type { FailureDetails, OnBehalfOfError } from '../failures/errors.js'
import type { AnswerHeaders } from '../http/http-sender.js'
import { identifiersForLog } from '../identity/identifier-for-log.js'
import { scrub } from '../logging/scrub.js'
import { missingScopes, parseScope } from '../scopes.js'
import { parseRetryAfter } from '../http/retry-after.js'
import { systemClock, type Clock } from '../time/clock.js'
import { claimsChallengeDetails } from '../exchange/claims-wanted.js'
import { claimsWantedBy } from './api-claims-challenge.js'
import type { CallAnswer } from './call-answer.js'
import { callFailure } from './call-failure.js'
import { outageText, unknownNote } from './call-outcome.js'
import type { OutgoingRequest } from './outgoing-request.js'

/** The tool that calls an API. */
export interface ToolOfCall {
  readonly name: string
  /** The scopes of the API that it declares. */
  readonly scopes: readonly string[]
}

export interface RefusalOptions {
  /** Default: the system's. */
  readonly clock?: Clock | undefined
  /** For the log. */
  readonly tool?: ToolOfCall | undefined
  /** What the API says of a 400, 409 or 422, as `apiProblem` reads it. Default: nothing. */
  readonly apiSays?: string | undefined
}

type Refused = Pick<CallAnswer, 'response' | 'echo' | 'repeated'>

/**
 * Decides what an API's answer other than a success means: the status alone counts, but for the error code of a 403
 * challenge. The log has where a redirect would have led, without its query.
 *
 * The API's own words go nowhere, but for `apiSays`: the body is not read here.
 */
export function apiRefusal(
  { response: { status, headers, body }, echo, repeated }: Refused,
  outgoing: OutgoingRequest,
  { clock = systemClock, tool, apiSays }: RefusalOptions = {},
): OnBehalfOfError {
  const retryAfterSeconds = waitOf(headers, clock)
  body?.cancel()
  const details: FailureDetails = { reason: 'unexpected_status', status }
  if (status === 401) {
    const claims = claimsWantedBy(headers, echo)
    return unauthorized(claims, details, outgoing)
  }
  if (status === 403) {
    const challenge = headers.get('www-authenticate') ?? ''
    return wantsMoreScope(challenge)
      ? callFailure(outgoing, 'downstream_scope_denied', scopeDetails(status, challenge, tool))
      : callFailure(outgoing, 'downstream_forbidden', details)
  }
  const unknown = repeated && WHILE_AT_WORK.has(status) ? unknownNote(outgoing.method) : ''
  if (unknown !== '') return secondTry(unknown, { ...details, apiSays }, outgoing)
  if (status === 429 || status === 503) {
    return callFailure(outgoing, 'downstream_unavailable', { ...details, retryAfterSeconds })
  }
  if (status >= 500) return outage(retryAfterSeconds, details, outgoing)
  if (status < 400) return redirect(headers.get('location'), status, outgoing)
  const description = describe(status)
  return callFailure(outgoing, 'downstream_failed', { ...details, description, apiSays })
}

/** What an API answers that is still at work on the first try, whose connection broke, or that has no room for a second. */
const WHILE_AT_WORK: ReadonlySet<number> = new Set([409, 429, 503])

function secondTry(
  note: string,
  details: FailureDetails,
  outgoing: OutgoingRequest,
): OnBehalfOfError {
  const description = `The connection broke, and the API did not take the second try (HTTP ${details.status ?? ''}).${note}`
  const told = { ...details, outcomeUnknown: true }
  return callFailure(outgoing, 'downstream_unavailable', { ...told, description })
}

/** A challenge that is left after a new token is for the client; where the call was not made again, it may be. */
function unauthorized(
  claims: string | undefined,
  details: FailureDetails,
  outgoing: OutgoingRequest,
): OnBehalfOfError {
  if (claims === undefined) return callFailure(outgoing, 'downstream_unauthorized', details)
  if (outgoing.repeatable) {
    const challenge = claimsChallengeDetails(claims)
    return callFailure(outgoing, 'reauthentication_required', { ...details, ...challenge })
  }
  return callFailure(outgoing, 'downstream_unauthorized', {
    ...details,
    reason: 'claims_challenge',
    description:
      'The API wanted another token for this call, and has it now. The call was not made: make it once more.',
  })
}

/** RFC 6750 §3.1: the API says that the token lacks scope, which the exchange could have granted. */
function wantsMoreScope(challenge: string): boolean {
  return /\berror="?insufficient_scope\b/.test(challenge)
}

/** The log has the scopes that the API names, and what to do about them. */
function scopeDetails(
  status: number,
  challenge: string,
  tool: ToolOfCall | undefined,
): FailureDetails {
  const [, quoted, bare] = /\bscope=(?:"([^"]{0,2000})"|([^\s,"]{1,200}))/.exec(challenge) ?? []
  const named = parseScope(quoted ?? bare)
  return {
    status,
    reason: 'api_wants_more_scope',
    log: {
      asked: tool?.scopes,
      named: named.length === 0 ? undefined : identifiersForLog(named),
      hint: scopeHint(named, tool),
    },
  }
}

function scopeHint(named: readonly string[], tool: ToolOfCall | undefined): string {
  const place = `downstream.scopes of ${tool?.name ?? 'the tool'}`
  if (named.length === 0) {
    return `The API does not say which scope it wants. Look it up, and add it to ${place}.`
  }
  return missingScopes(named, tool?.scopes ?? []).length === 0
    ? `The tool asks for the scopes that the API names. See which scopes the API finds in the token.`
    : `Add the scope that the API names to ${place}.`
}

/** To wait is of use only where the call may be made again. */
function outage(
  retryAfterSeconds: number | undefined,
  details: FailureDetails,
  outgoing: OutgoingRequest,
): OnBehalfOfError {
  const unknown = outageText(outgoing.method)
  return callFailure(outgoing, 'downstream_unavailable', {
    ...details,
    ...unknown,
    retryAfterSeconds: unknown.description === undefined ? retryAfterSeconds : undefined,
  })
}

/** An API that answers a write by a redirect (303) may have carried it out. */
function redirect(
  location: string | null,
  status: number,
  outgoing: OutgoingRequest,
): OnBehalfOfError {
  const note = unknownNote(outgoing.method)
  const outcomeUnknown = note === '' ? undefined : true
  const details: FailureDetails = { reason: 'unexpected_status', status, outcomeUnknown }
  if (location === null) {
    const description = `The API answered with HTTP ${status}, which this tool has no use for.${note}`
    return callFailure(outgoing, 'downstream_failed', { ...details, description })
  }
  return callFailure(outgoing, 'downstream_failed', {
    ...details,
    description: `The API redirects the call (HTTP ${status}), and redirects are not followed.${note} An operator has to look into it.`,
    log: {
      location: withoutQuery(location, outgoing.url),
      hint: 'The base URL of the API (API_BASE_URL in the standalone server) or the path of the tool redirects: use the address it leads to.',
    },
  })
}

function withoutQuery(location: string, from: URL): string | undefined {
  if (!URL.canParse(location, from.href)) return scrub(location.replace(/[?#][^]*/, ''), 200)
  const { protocol, host, pathname } = new URL(location, from)
  return scrub(`${protocol}//${host}${pathname}`, 200)
}

/** A longer wait is no answer to a model. */
const LONGEST_WAIT_SECONDS = 999_999

function waitOf(headers: AnswerHeaders, clock: Clock): number | undefined {
  const seconds = parseRetryAfter(headers, clock())
  return seconds !== undefined && seconds <= LONGEST_WAIT_SECONDS ? seconds : undefined
}

function describe(status: number): string {
  if (status === 404) return 'The API knows nothing by that name (HTTP 404). Check the arguments.'
  if (status === 409) return 'The API refused the call because of a conflict (HTTP 409).'
  if (status === 400 || status === 422) {
    return `The API did not accept the arguments (HTTP ${status}). Check them before trying again.`
  }
  return `The API refused the call (HTTP ${status}).`
}
