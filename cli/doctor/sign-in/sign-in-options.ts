import { isScopeToken } from '../../../src/scopes.js'
import type { Parsed } from '../../arguments.js'
import { UsageError } from '../../usage-error.js'

/** How a person is signed in. */
export interface SignInOptions {
  /** A client that is registered already; `undefined`: whatever the authorization server offers. */
  readonly clientId: string | undefined
  /** `undefined`: what the server asks for. */
  readonly scope: readonly string[] | undefined
  /** Where the answer is received: http on loopback. Without a port, any free one is taken. */
  readonly redirectUri: URL
  /** Whether a browser may be opened. */
  readonly browser: boolean
  /** How long the person may take. */
  readonly timeoutMs: number
}

/** The options of a command that signs a person in. */
export const SIGN_IN_OPTIONS = {
  'sign-in': { type: 'boolean', default: false },
  'client-id': { type: 'string' },
  scope: { type: 'string' },
  'redirect-uri': { type: 'string' },
  'no-browser': { type: 'boolean' },
  'timeout-seconds': { type: 'string' },
} as const

const OF_THE_SIGN_IN = [
  'client-id',
  'scope',
  'redirect-uri',
  'no-browser',
  'timeout-seconds',
] as const

/** Reads the options of a sign-in; `undefined` where none is asked for; throws a `UsageError`. */
export function parseSignInOptions(
  values: Parsed<typeof SIGN_IN_OPTIONS>,
): SignInOptions | undefined {
  if (!values['sign-in']) {
    const idle = OF_THE_SIGN_IN.find((name) => values[name] !== undefined)
    if (idle === undefined) return undefined
    throw new UsageError(`--${idle} does nothing without --sign-in.`)
  }
  return {
    clientId: clientIdOf(values['client-id']),
    scope: values.scope === undefined ? undefined : scopesOf(values.scope),
    redirectUri: redirectUriOf(values['redirect-uri'] ?? 'http://127.0.0.1/callback'),
    browser: values['no-browser'] !== true,
    timeoutMs: secondsOf(values['timeout-seconds'] ?? '300') * 1_000,
  }
}

/** RFC 6749 Appendix A.1: printable ASCII. */
function clientIdOf(text: string | undefined): string | undefined {
  if (text === undefined || /^[\x21-\x7e]{1,2048}$/.test(text)) return text
  throw new UsageError('--client-id must be the id of a client, without spaces.')
}

function scopesOf(text: string): readonly string[] {
  const words = text.split(' ').filter((word) => word !== '')
  if (words.length > 0 && words.every(isScopeToken)) return words
  throw new UsageError('--scope must be one scope or several, with spaces between them.')
}

function redirectUriOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const bare = url !== undefined && url.search + url.hash + url.username + url.password === ''
  if (bare && url.protocol === 'http:' && LISTENABLE.has(url.hostname)) return url
  throw new UsageError(
    '--redirect-uri must be on this machine: http://127.0.0.1/…, http://localhost/… or http://[::1]/…, with or without a port.',
  )
}

const LISTENABLE = new Set(['127.0.0.1', 'localhost', '[::1]'])
const MAX_SECONDS = 3_600

function secondsOf(text: string): number {
  const seconds = /^\d{1,4}$/.test(text) ? Number(text) : 0
  if (seconds >= 1 && seconds <= MAX_SECONDS) return seconds
  throw new UsageError(`--timeout-seconds must be a whole number from 1 to ${MAX_SECONDS}.`)
}
