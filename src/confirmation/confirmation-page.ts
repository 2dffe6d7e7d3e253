import { isHttpsOrLoopback } from '../http/secure-url.js'
import { assertOptions, optionsSchema } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import { systemClock, type Clock } from '../time/clock.js'
import { DEFAULT_LIFETIME_MS, LIFETIME_OPTION } from './lifetime.js'
import { PendingCalls } from './pending-calls.js'

/** Where the pages of an MCP server are on which calls are approved. */
export interface ConfirmationPageOptions {
  /** The public URL of the MCP endpoint: the pages are at `confirm/` beside it. */
  readonly endpoint: URL
  /** How long a call waits, and how long an approval counts, in milliseconds. Default 5 minutes. */
  readonly lifetimeMs?: number | undefined
  readonly clock?: Clock | undefined
}

/** The calls that wait for approval on a page, and where the pages are. */
export interface ConfirmationPage {
  readonly endpoint: URL
  readonly lifetimeMs: number
  readonly clock: Clock
  readonly pending: PendingCalls
  /** The page of a call. */
  readonly urlOf: (id: string) => URL
}

/** The path below which the pages are, without a slash at its end. */
export function confirmationPath({ pathname }: Pick<URL, 'pathname'>): string {
  return `${pathname.replace(/\/[^/]*$/, '')}/confirm`
}

const ENDPOINT = optionValues.httpUrl
  .refine(isHttpsOrLoopback, 'must be https: the page has a cookie that nobody else may read')
  .refine(
    (url) => url.pathname !== confirmationPath(url),
    'must not be at "/confirm": the pages are there',
  )

const OPTIONS = optionsSchema<ConfirmationPageOptions>({
  endpoint: ENDPOINT,
  lifetimeMs: LIFETIME_OPTION.optional(),
  clock: optionValues.callable.optional(),
})

/**
 * Creates the place where calls wait until a person approves them on a page: for `page` of `createConfirmation`, and for
 * `confirmationPageRoute`, which serves the pages.
 *
 * Calls wait in the memory of this process: at most 20 of a user, and 10,000 in all. So it is for one instance. Throws a
 * `TypeError` for unusable options, such as an endpoint that is neither https nor on this machine.
 *
 * @category Tools and sessions
 */
export function createConfirmationPage(options: ConfirmationPageOptions): ConfirmationPage {
  assertOptions('createConfirmationPage', OPTIONS, options)
  const { endpoint, lifetimeMs = DEFAULT_LIFETIME_MS, clock = systemClock } = options
  const path = confirmationPath(endpoint)
  return {
    ...{ endpoint, lifetimeMs, clock },
    pending: new PendingCalls({ lifetimeMs, clock }),
    urlOf: (id) => new URL(`${path}/${id}`, endpoint),
  }
}
