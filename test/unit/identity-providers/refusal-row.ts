import type { FailureCode } from '../../../src/failures/errors.js'

/** One refusal of a token endpoint, and what is made of it. */
export interface RefusalRow {
  readonly when: string
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
  readonly code: FailureCode
  /** The HTTP status of the answer to the MCP client; 200 is a tool error. Default 200. */
  readonly answered?: number
  /** Words of the hint for the operator; absent where there is none. */
  readonly hint?: string
  /** The code where the user's token is fresh from a sign-in, if it is another one. */
  readonly fresh?: FailureCode
  readonly retryAfterSeconds?: number
}

/** The user signs in again. */
export const SIGN_IN = { code: 'reauthentication_required', answered: 401 } as const
/** An operator has to correct the set-up. */
export const MISCONFIGURED = { code: 'exchange_misconfigured' } as const
/** Another sign-in would meet the same refusal. */
export const LOOPS = { fresh: 'exchange_misconfigured' } as const
