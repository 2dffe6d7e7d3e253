import type { Issuer, IssuerOptions } from './issuer-keys.js'
import { issuerOptionsFor, type IssuerLocations } from './issuer-options.js'

/** The authorization servers of one deployment. */
export interface KnownIssuers {
  /** Those whose tokens clients may come with. */
  readonly accepted: readonly Issuer[]
  /** The one at which all exchanges take place; `undefined`: each token is exchanged at its own. */
  readonly exchange: Issuer | undefined
  /** Those at which tokens for single APIs are exchanged. */
  readonly ofApis: readonly Issuer[]
  /** Groups of `accepted` that belong to one tenant each, the issuer for exchanges first. */
  readonly families: readonly (readonly Issuer[])[]
  /** All of them, each once: where a token may be exchanged. */
  readonly all: readonly Issuer[]
}

/** What `createIssuer` is told of one issuer's place. */
type Place = Pick<IssuerOptions, 'issuer' | 'metadataUrl' | 'jwksUrl' | 'dangerouslyAllowHttp'>

/** Which authorization servers take part, and where their documents are. */
export interface IssuerPlaces extends IssuerLocations {
  readonly exchangeIssuer: string | undefined
  /** Those that single APIs name. Default: none. */
  readonly apiIssuers?: readonly string[] | undefined
  /** Groups of `issuers` that belong to one tenant each. Default: none. */
  readonly families?: readonly (readonly string[])[] | undefined
}

/** Creates each issuer once. Those for exchanges do not become ones whose tokens are accepted. */
export function createKnownIssuers(
  places: IssuerPlaces,
  create: (place: Place) => Issuer,
): KnownIssuers {
  const { exchangeIssuer, apiIssuers = [], families = [], dangerouslyAllowHttp } = places
  const accepted = issuerOptionsFor(places).map(create)
  const all = [...accepted]
  const named = (name: string): Issuer => {
    const known = all.find(({ issuer }) => issuer === name)
    if (known !== undefined) return known
    const created = create({ issuer: name, dangerouslyAllowHttp })
    all.push(created)
    return created
  }
  return {
    accepted,
    exchange: exchangeIssuer === undefined ? undefined : named(exchangeIssuer),
    ofApis: [...new Set(apiIssuers)].map(named),
    families: families.map((family) => family.map(named)),
    all,
  }
}
