import type { Issuer, IssuerOptions } from './issuer-keys.js'
import { issuerOptionsFor, type IssuerLocations } from './issuer-options.js'

/** The authorization servers of one deployment. */
export interface KnownIssuers {
  /** Those whose tokens clients may come with. */
  readonly accepted: readonly Issuer[]
  /** The one at which all exchanges take place; `undefined`: each token is exchanged at its own. */
  readonly exchange: Issuer | undefined
  /** All of them, each once: where a token may be exchanged. */
  readonly all: readonly Issuer[]
}

/** What `createIssuer` is told of one issuer's place. */
type Place = Pick<IssuerOptions, 'issuer' | 'metadataUrl' | 'jwksUrl' | 'dangerouslyAllowHttp'>

/** Creates each issuer once. The one for exchanges does not become one whose tokens are accepted. */
export function createKnownIssuers(
  locations: IssuerLocations & { readonly exchangeIssuer: string | undefined },
  create: (place: Place) => Issuer,
): KnownIssuers {
  const accepted = issuerOptionsFor(locations).map(create)
  const { exchangeIssuer: name, dangerouslyAllowHttp } = locations
  if (name === undefined) return { accepted, exchange: undefined, all: accepted }
  const known = accepted.find(({ issuer }) => issuer === name)
  const exchange = known ?? create({ issuer: name, dangerouslyAllowHttp })
  return { accepted, exchange, all: known === undefined ? [...accepted, exchange] : accepted }
}
