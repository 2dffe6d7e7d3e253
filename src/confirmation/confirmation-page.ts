import { isHttpsOrLoopback } from '../http/secure-url.js'
import { assertOptions, optionsSchema } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import { derivedKeys } from '../store/derived-keys.js'
import { SHARED_STATE_OPTION, type SharedState } from '../store/shared-state.js'
import { systemClock, type Clock } from '../time/clock.js'
import { DEFAULT_LIFETIME_MS, LIFETIME_OPTION } from './lifetime.js'
import { PendingCalls } from './pending-calls.js'
import { SharedPendingCalls } from './shared-pending-calls.js'

/** Where the pages of an MCP server are on which calls are approved. */
export interface ConfirmationPageOptions {
  /** The public URL of the MCP endpoint: the pages are at `confirm/` beside it. */
  readonly endpoint: URL
  /** How long a call waits, and how long an approval counts, in milliseconds. Default 5 minutes. */
  readonly lifetimeMs?: number | undefined
  /**
   * Where calls wait, and people are signed in, for all instances: each of them shows and takes what another was asked about. Default:
   * in the memory of this process. While the store cannot be had, nothing is asked, shown or approved.
   */
  readonly shared?: Pick<SharedState, 'store' | 'keys'> | undefined
  readonly clock?: Clock | undefined
}

/** Calls that wait: in this process, or in all instances. */
export type CallsOnPage =
  | Pick<PendingCalls, 'take' | 'has' | 'find' | 'decide' | 'decided'>
  | Pick<SharedPendingCalls, 'take' | 'has' | 'find' | 'decide' | 'decided'>

/** The calls that wait for approval on a page, and where the pages are. */
export interface ConfirmationPage {
  readonly endpoint: URL
  readonly lifetimeMs: number
  readonly clock: Clock
  readonly pending: CallsOnPage
  /** As that of `ConfirmationPageOptions`, with keys for nothing but the pages. */
  readonly shared: ConfirmationPageOptions['shared']
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
  shared: SHARED_STATE_OPTION.partial({ instances: true, outage: true }).optional(),
  clock: optionValues.callable.optional(),
})

/**
 * Creates the place where calls wait until a person approves them on a page: for `page` of `createConfirmation`, and for
 * `confirmationPageRoute`, which serves the pages.
 *
 * Without `shared`, calls wait in the memory of this process: at most 20 of a user, and 10,000 in all; that is for one instance.
 * With it, at most 20 of a user wait in all instances together. Throws a `TypeError` for unusable options, such as an endpoint that is
 * neither https nor on this machine.
 *
 * @category Tools and sessions
 */
export function createConfirmationPage(options: ConfirmationPageOptions): ConfirmationPage {
  assertOptions('createConfirmationPage', OPTIONS, options)
  const { endpoint, lifetimeMs = DEFAULT_LIFETIME_MS, clock = systemClock } = options
  const path = confirmationPath(endpoint)
  const shared = options.shared && {
    store: options.shared.store,
    keys: derivedKeys(options.shared.keys, 'confirmation page'),
  }
  return {
    ...{ endpoint, lifetimeMs, clock, shared },
    pending:
      shared === undefined
        ? new PendingCalls({ lifetimeMs, clock })
        : new SharedPendingCalls({ ...shared, lifetimeMs, clock }),
    urlOf: (id) => new URL(`${path}/${id}`, endpoint),
  }
}
