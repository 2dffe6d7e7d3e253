import type { Issuer } from '../identity/issuer-keys.js'
import type { TokenExchangeRequest } from './token-exchanger.js'

/** The authorization servers that take part in exchanges. */
export interface ExchangePlaces {
  /** Finds the issuer that a subject token came from: the only one whose tokens may come back. */
  readonly issuerOf: (issuer: string) => Issuer | undefined
  /** Where all exchanges take place and whose tokens come back, in place of the subject token's issuer. */
  readonly exchangeIssuer?: Issuer | undefined
  /** Further issuers at which tokens for single APIs are exchanged (`ExchangeTarget.issuer`). */
  readonly apiIssuers?: readonly Issuer[] | undefined
  /**
   * The issuers under which the tenant of a subject token's issuer issues tokens, for servers that have several for one tenant;
   * the one for exchanges first. Default: that issuer alone.
   */
  readonly familyOf?: ((issuer: string) => readonly Issuer[] | undefined) | undefined
}

/** Whose token may come back: that of the API, of all exchanges, or of the caller's own tenant. */
export function issuersFor(
  { target, caller }: TokenExchangeRequest,
  { issuerOf, exchangeIssuer, apiIssuers = [], familyOf }: ExchangePlaces,
): readonly Issuer[] {
  const set = target?.issuer ?? exchangeIssuer?.issuer
  const known = [...apiIssuers, ...(exchangeIssuer === undefined ? [] : [exchangeIssuer])]
  const place =
    set === undefined ? issuerOf(caller.issuer) : known.find(({ issuer }) => issuer === set)
  return familyOf?.(set ?? caller.issuer) ?? (place === undefined ? [] : [place])
}

/** The group of one tenant's issuers that an issuer belongs to. */
export function familyOf(
  issuer: string,
  families: readonly (readonly Issuer[])[] = [],
): readonly Issuer[] | undefined {
  return families.find((family) => family.some((one) => one.issuer === issuer))
}

/** The issuer at which the tokens of an issuer are exchanged: the first of its group, else that one. */
export function primaryOf(issuer: string, families?: readonly (readonly Issuer[])[]): string {
  return familyOf(issuer, families)?.[0]?.issuer ?? issuer
}

/** The issuer at which a token is exchanged. */
export function exchangePlace(
  { target, caller }: Pick<TokenExchangeRequest, 'target' | 'caller'>,
  {
    exchangeIssuer,
    primaryOf,
  }: {
    readonly exchangeIssuer?: string | undefined
    readonly primaryOf?: ((issuer: string) => string) | undefined
  },
): string {
  return target?.issuer ?? exchangeIssuer ?? primaryOf?.(caller.issuer) ?? caller.issuer
}
