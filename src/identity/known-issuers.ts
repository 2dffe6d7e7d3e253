import type { Issuer } from './issuer-keys.js'

/** The authorization servers of one deployment. */
export interface KnownIssuers {
  /** Those whose tokens clients may come with. */
  readonly accepted: readonly Issuer[]
  /** The one at which all exchanges take place; `undefined`: each token is exchanged at its own. */
  readonly exchange: Issuer | undefined
  /** All of them, each once: where a token may be exchanged. */
  readonly all: readonly Issuer[]
}

/** Creates each issuer once. The one for exchanges does not become one whose tokens are accepted. */
export function createKnownIssuers(
  names: { readonly accepted: readonly string[]; readonly exchange: string | undefined },
  create: (issuer: string) => Issuer,
): KnownIssuers {
  const accepted = names.accepted.map(create)
  if (names.exchange === undefined) return { accepted, exchange: undefined, all: accepted }
  const known = accepted.find(({ issuer }) => issuer === names.exchange)
  const exchange = known ?? create(names.exchange)
  return { accepted, exchange, all: known === undefined ? [...accepted, exchange] : accepted }
}
