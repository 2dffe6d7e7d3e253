import type { Secret } from '../secret.js'
import type { ConfigIssue } from './config-error.js'
import type { CompleteSettings, SettingName, SettingValues } from './settings.js'

/** A stream of security events. */
export interface SharedSignalsConfig {
  readonly issuer: string
  readonly audience: string
  readonly jwksUrl: string | undefined
  readonly token: Secret | undefined
}

/** How this server hears that users have signed out. */
export interface SignOutConfig {
  /** Of the clients that logout tokens are for; `undefined`: none are taken. */
  readonly backchannelClients: readonly string[] | undefined
  /** Whose security events are taken; `undefined`: nobody's. */
  readonly sharedSignals: SharedSignalsConfig | undefined
  readonly sessionClaim: string
  readonly tokenLifeSeconds: number
}

/** The part of the configuration that `SIGN_OUT_SETTINGS` make. */
export function signOutConfig(found: CompleteSettings): SignOutConfig {
  return {
    backchannelClients: found.BACKCHANNEL_LOGOUT_CLIENTS,
    sharedSignals: sharedSignalsOf(found),
    sessionClaim: found.SESSION_CLAIM,
    tokenLifeSeconds: found.TOKEN_LIFE_HOURS * 3_600,
  }
}

function sharedSignalsOf(found: CompleteSettings): SharedSignalsConfig | undefined {
  const { SHARED_SIGNALS_ISSUER: issuer, SHARED_SIGNALS_AUDIENCE: audience } = found
  if (issuer === undefined || audience === undefined) return undefined
  const { SHARED_SIGNALS_JWKS_URL: jwksUrl, SHARED_SIGNALS_TOKEN: token } = found
  return { issuer, audience, jwksUrl, token }
}

/** Settings of sign-outs that need another one, or have no effect; `unreadable` are those already found faulty alone. */
export function signOutIssues(
  found: SettingValues,
  unreadable: ReadonlySet<string>,
): readonly ConfigIssue[] {
  const { SESSION_CLAIM: sessionClaim = 'sid', TOKEN_LIFE_HOURS: hours = 24 } = found
  const isSet = (key: SettingName): boolean => found[key] !== undefined || unreadable.has(key)
  const hears = HEARD_BY.some(isSet)
  const stream = isSet('SHARED_SIGNALS_ISSUER')
  return [
    ...(hears || sessionClaim === 'sid' ? [] : [{ key: 'SESSION_CLAIM', hint: NOBODY_SAYS_SO }]),
    ...(hears || hours === 24 ? [] : [{ key: 'TOKEN_LIFE_HOURS', hint: NOBODY_SAYS_SO }]),
    ...(stream
      ? []
      : OF_STREAM.filter((key) => found[key] !== undefined).map((key) => ({
          key,
          hint: NO_STREAM,
        }))),
    ...(found.SHARED_SIGNALS_ISSUER !== undefined && !isSet('SHARED_SIGNALS_AUDIENCE')
      ? [{ key: 'SHARED_SIGNALS_AUDIENCE', hint: NO_AUDIENCE }]
      : []),
  ]
}

const HEARD_BY = ['BACKCHANNEL_LOGOUT_CLIENTS', 'SHARED_SIGNALS_ISSUER', 'STORE_URL'] as const
const OF_STREAM = [
  'SHARED_SIGNALS_AUDIENCE',
  'SHARED_SIGNALS_JWKS_URL',
  'SHARED_SIGNALS_TOKEN',
] as const
const NOBODY_SAYS_SO =
  'has no effect where nobody tells of a sign-out. Set BACKCHANNEL_LOGOUT_CLIENTS, SHARED_SIGNALS_ISSUER or STORE_URL, or remove it'
const NO_STREAM = 'has no effect without a transmitter. Set SHARED_SIGNALS_ISSUER, or remove it'
const NO_AUDIENCE =
  'is missing. SHARED_SIGNALS_ISSUER needs it: set it to what the events of the stream have in aud'
