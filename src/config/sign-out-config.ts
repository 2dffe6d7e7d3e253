import type { ConfigIssue } from './config-error.js'
import type { CompleteSettings, SettingValues } from './settings.js'

/** How this server hears that users have signed out. */
export interface SignOutConfig {
  /** Of the clients that logout tokens are for; `undefined`: none are taken. */
  readonly backchannelClients: readonly string[] | undefined
  readonly sessionClaim: string
  readonly tokenLifeSeconds: number
}

/** The part of the configuration that `SIGN_OUT_SETTINGS` make. */
export function signOutConfig(found: CompleteSettings): SignOutConfig {
  return {
    backchannelClients: found.BACKCHANNEL_LOGOUT_CLIENTS,
    sessionClaim: found.SESSION_CLAIM,
    tokenLifeSeconds: found.TOKEN_LIFE_HOURS * 3_600,
  }
}

/** Settings of sign-outs that need another one, or have no effect; `unreadable` are those already found faulty alone. */
export function signOutIssues(
  found: SettingValues,
  unreadable: ReadonlySet<string>,
): readonly ConfigIssue[] {
  const { SESSION_CLAIM: sessionClaim = 'sid', TOKEN_LIFE_HOURS: hours = 24 } = found
  const hears = (['BACKCHANNEL_LOGOUT_CLIENTS', 'STORE_URL'] as const).some(
    (key) => found[key] !== undefined || unreadable.has(key),
  )
  if (hears) return []
  return [
    ...(sessionClaim === 'sid' ? [] : [{ key: 'SESSION_CLAIM', hint: NOBODY_SAYS_SO }]),
    ...(hours === 24 ? [] : [{ key: 'TOKEN_LIFE_HOURS', hint: NOBODY_SAYS_SO }]),
  ]
}

const NOBODY_SAYS_SO =
  'has no effect where nobody tells of a sign-out. Set BACKCHANNEL_LOGOUT_CLIENTS or STORE_URL, or remove it'
