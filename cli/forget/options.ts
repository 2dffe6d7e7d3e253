import { parseOptions } from '../arguments.js'
import { UsageError } from '../usage-error.js'

/** Whom `forget` signs out. */
export interface ForgetOptions {
  readonly user: string | undefined
  readonly session: string | undefined
  /** `undefined`: the only one that there is. */
  readonly issuer: string | undefined
}

const OPTIONS = {
  user: { type: 'string' },
  session: { type: 'string' },
  issuer: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const

export const FORGET_USAGE = `Usage: mcp-on-behalf-of forget --user SUB [--session SID] [--issuer ISS]

Signs a user out of all instances of the MCP server: tokens that were issued
until now count no more, and the user's sessions and streams end. Whoever can
sign in again gets in again: block the user at the authorization server first.

Needs STORE_URL and the other settings of the server (.env and environment).

  --user      the user, as access tokens name them: sub (Okta: uid or sub,
              Entra: oid). \`subject\` in the log and in the audit, unless that
              has pseudonyms
  --session   with --user: this session alone (the claim that SESSION_CLAIM
              names), and what the user has without one. Without --user: this
              session alone
  --issuer    the issuer of the user's tokens; default: the only one that the
              settings name

Exit code 0: signed out; the store has it, and the instances were told
          1: the settings are faulty, name no store, or it cannot be had
          2: the command line cannot be understood
`

/** Gives `undefined` for `--help`; throws a `UsageError`. */
export function parseForgetOptions(argv: readonly string[]): ForgetOptions | undefined {
  const { user, session, issuer, help } = parseOptions(argv, OPTIONS, 'This command needs none.')
  if (help) return undefined
  if (user === undefined && session === undefined) {
    throw new UsageError('forget has to know whom to sign out: --user SUB, or --session SID.')
  }
  const empty = Object.entries({ user, session, issuer }).find(([, value]) => value?.trim() === '')
  if (empty !== undefined) throw new UsageError(`--${empty[0]} is empty.`)
  return { user, session, issuer }
}
