import type { Caller } from '../identity/caller.js'
import { namesNoUser } from '../identity/claim-profile.js'
import { digestedKey } from '../store/digested-key.js'

/**
 * Who is signed out. With `subject` alone: a user, in all sessions. With `sessionId`: one session of the authorization server. With
 * both: that session, and what that user's tokens allow that name no session.
 */
export interface SignedOut {
  /** Of the user's access tokens, byte for byte. */
  readonly issuer: string
  /** The user: `sub`, or what else names a user in access tokens (Okta: `uid`, Entra: `oid`). */
  readonly subject?: string | undefined
  /** As access tokens name it: `sid`. */
  readonly sessionId?: string | undefined
}

/** Who can be signed out, by what a token says. */
export type SignedIn = Pick<
  Caller,
  'issuer' | 'primaryIssuer' | 'subject' | 'subjectClaims' | 'sessionId' | 'issuedAtSeconds'
>

type Kind = 'user' | 'session' | 'user_without_session'

/** Under which keys it is kept that somebody is signed out. Nobody can be read out of a key. */
export function keysOfSignedOut({ issuer, subject, sessionId }: SignedOut): readonly string[] {
  if (sessionId === undefined) return subject === undefined ? [] : [keyOf('user', issuer, subject)]
  const session = keyOf('session', issuer, sessionId)
  return subject === undefined
    ? [session]
    : [session, keyOf('user_without_session', issuer, subject)]
}

const known = new WeakMap<object, readonly string[]>()

/** Under which keys a caller may be signed out. */
export function keysOfCaller(caller: SignedIn): readonly string[] {
  const remembered = known.get(caller)
  if (remembered !== undefined) return remembered
  const { issuer: own, primaryIssuer: issuer = own, sessionId } = caller
  const session = sessionId === undefined ? [] : [keyOf('session', issuer, sessionId)]
  const ofUser = namesOf(caller).flatMap((name) => {
    const user = keyOf('user', issuer, name)
    return sessionId === undefined ? [user, keyOf('user_without_session', issuer, name)] : [user]
  })
  const keys = [...ofUser, ...session]
  // What can still change is read each time.
  if (Object.isFrozen(caller)) known.set(caller, keys)
  return keys
}

/** By each claim that names the user. One that is the same for many, a tenant's, does not. */
function namesOf({ subject, subjectClaims = {} }: SignedIn): readonly string[] {
  const others = Object.entries(subjectClaims).filter(([claim]) => !namesNoUser([claim]))
  return [...new Set([subject, ...others.map(([, name]) => name)])]
}

function keyOf(kind: Kind, issuer: string, name: string): string {
  return digestedKey('r', JSON.stringify([kind, issuer, name]))
}
