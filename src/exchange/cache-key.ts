import { hash } from 'node:crypto'
import { fingerprint } from '../identity/verified-token-cache.js'
import type { ResolvedTarget } from './exchange-target.js'
import type { TokenExchangeRequest } from './token-exchanger.js'

/** What makes two exchanges by the same server different, beside the request. */
export interface ExchangeIdentity {
  /** The client as which we exchange. */
  readonly clientId: string
  /** Which kind of exchange: the subject token type. */
  readonly subjectTokenType: string
  /** Where all exchanges take place, if it is not at the issuer of each subject token. */
  readonly exchangeIssuer?: string | undefined
}

/**
 * The key under which an exchanged token is kept: SHA-256, in hex, over every input that shapes it.
 *
 * Each field is framed by its length, so that no two lists of fields come out the same; the order of scopes
 * does not matter. The subject token goes in as its own SHA-256 and cannot be got back.
 */
export function cacheKey(request: TokenExchangeRequest, identity: ExchangeIdentity): string {
  const { caller, subjectToken, audience, scopes, target, claims } = request
  const fields = [
    fingerprint(subjectToken),
    caller.issuer,
    identity.clientId,
    identity.subjectTokenType,
    identity.exchangeIssuer === undefined ? '-' : `+${identity.exchangeIssuer}`,
    audience,
    caller.organization === undefined ? '-' : `+${caller.organization}`,
    target === undefined ? '-' : `+${canonical(target)}`,
    claims === undefined ? '-' : `+${claims}`,
    ...[...new Set(scopes)].sort(),
  ]
  const framed = fields.map((field) => `${Buffer.byteLength(field, 'utf8')}:${field}`)
  return hash('sha256', framed.join(''), 'hex')
}

const canonicals = new WeakMap<ResolvedTarget, string>()

/** Everything that is said of the target, whatever the order. Targets are frozen, and few. */
function canonical(target: ResolvedTarget): string {
  const known = canonicals.get(target)
  if (known !== undefined) return known
  const text = JSON.stringify(Object.entries(target).toSorted())
  if (Object.isFrozen(target)) canonicals.set(target, text)
  return text
}
