import { systemClock, type Clock } from '../time/clock.js'

/** One limit of the authorization server, as far as an answer told of it. */
export interface RateLimit {
  /** Requests in the whole window. */
  readonly limit?: number | undefined
  /** Requests that are left in it. */
  readonly remaining?: number | undefined
  /** Epoch milliseconds at which the window starts anew. As the server says: neither bounded nor in the future by necessity. */
  readonly resetAtMs?: number | undefined
  /** Set where the limit is for some users alone (`pk` of the `RateLimit` field). */
  readonly partitioned?: boolean | undefined
}

/** Auth0 and most others, Okta, and the IETF draft before it had one field. */
const FAMILIES = ['x-ratelimit-', 'x-rate-limit-', 'ratelimit-']
/** Nobody reads more of a foreign header than this. */
const MAX_LENGTH = 1_000
const MAX_ITEMS = 10

/**
 * Reads what an answer says about rate limits: `X-RateLimit-*` (Auth0), `X-Rate-Limit-*` (Okta), `RateLimit-*`, and
 * the fields `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers).
 *
 * A reset may be an epoch time in seconds or milliseconds, or seconds from now. What is no whole number is left out.
 * Never throws.
 */
export function parseRateLimits(
  headers: Pick<Headers, 'get'>,
  clock: Clock = systemClock,
): readonly RateLimit[] {
  const families = FAMILIES.map((prefix) => ({
    limit: wholeNumber(headers.get(`${prefix}limit`)),
    remaining: wholeNumber(headers.get(`${prefix}remaining`)),
    resetAtMs: resetAtMs(wholeNumber(headers.get(`${prefix}reset`)), clock),
  }))
  return [...families, ...structuredLimits(headers, clock)].filter(
    ({ remaining, resetAtMs: reset }) => remaining !== undefined || reset !== undefined,
  )
}

/** Whether a limit of all users together is used up. */
export function isUsedUp({ remaining, partitioned }: RateLimit): boolean {
  return remaining === 0 && partitioned !== true
}

/** `RateLimit: "name";r=50;t=30` with `RateLimit-Policy: "name";q=100;w=60`, or `limit=100, remaining=50, reset=30`. */
function structuredLimits(headers: Pick<Headers, 'get'>, clock: Clock): readonly RateLimit[] {
  const policies = itemsOf(headers.get('ratelimit-policy'))
  const items = itemsOf(headers.get('ratelimit'))
  const dictionary = Object.assign({}, ...items.map(({ parameters }) => parameters)) as Parameters
  if (dictionary['remaining'] !== undefined) {
    return [
      {
        limit: wholeNumber(dictionary['limit']),
        remaining: wholeNumber(dictionary['remaining']),
        resetAtMs: secondsFromNow(wholeNumber(dictionary['reset']), clock),
      },
    ]
  }
  return items.map(({ name, parameters }) => {
    const policy = policies.find((candidate) => candidate.name === name)?.parameters
    const seconds = wholeNumber(parameters['t']) ?? wholeNumber(policy?.['w'])
    return {
      limit: wholeNumber(policy?.['q']),
      remaining: wholeNumber(parameters['r']),
      resetAtMs: secondsFromNow(seconds, clock),
      partitioned: parameters['pk'] === undefined ? undefined : true,
    }
  })
}

type Parameters = Readonly<Record<string, string | undefined>>

interface Item {
  readonly name: string
  readonly parameters: Parameters
}

/** As much of RFC 9651 as these fields use: members with parameters, separated by commas. */
function itemsOf(field: string | null): readonly Item[] {
  const members = (field ?? '').slice(0, MAX_LENGTH).match(/(?:"[^"]*"|[^,"])+/g) ?? []
  return members.slice(0, MAX_ITEMS).map((member) => {
    const parameters = member.matchAll(/([a-z][a-z0-9_-]*)\s*=\s*("[^"]*"|:[^:]*:|[^;\s]+)/gi)
    return {
      name: (/^\s*("[^"]*"|[^;=\s]+)/.exec(member)?.[1] ?? '').replaceAll('"', ''),
      parameters: Object.fromEntries(
        [...parameters].map(([, key = '', value = '']) => [key.toLowerCase(), value]),
      ),
    }
  })
}

/** The first whole number of a field; some servers write the policy behind it. */
function wholeNumber(value: string | null | undefined): number | undefined {
  const digits = /^\s*(\d{1,15})\s*(?:[,;]|$)/.exec(value ?? '')?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/** Nobody waits for thirty years, so what is larger is a time and no duration. */
function resetAtMs(value: number | undefined, clock: Clock): number | undefined {
  if (value === undefined || value < 1e9) return secondsFromNow(value, clock)
  return value < 1e12 ? value * 1_000 : value
}

function secondsFromNow(seconds: number | undefined, clock: Clock): number | undefined {
  return seconds === undefined ? undefined : clock() + seconds * 1_000
}
