import { DELEGATION_DEFAULTS } from './delegation-policy.js'
import type { Caller, Claims } from '../identity/caller.js'
import type { Delegation } from '../identity/delegation.js'
import { parseActor, parseClientIds } from '../identity/token-claims.js'
import type { ExchangeManner } from './exchange-manner.js'
import { rejected } from './rejection.js'

/** Who has to act with a returned token, and through how many. */
export interface ActorExpectations {
  /** Our client at the authorization server. */
  readonly clientId: string
  /** The name of this server in `act.sub`, where the authorization server has another than `clientId`. */
  readonly actor?: string | undefined
  /** Whether a token that names no actor is refused. Default false: not every server sends `act`. */
  readonly requireActor?: boolean | undefined
  /** How many actors a token may name, this server included. Default 5. */
  readonly maxDepth?: number | undefined
}

/** The claims of a returned token, the caller for whom it was asked, and how it says who acts. */
export interface ActingToken {
  readonly claims: Claims
  readonly caller: Caller
  /** Default `act`. */
  readonly actorCheck?: ExchangeManner['actorCheck'] | undefined
}

/**
 * Checks and returns who acts for the user with a returned token (`act`, RFC 8693 §4.1); `undefined` where the token
 * names no actor and need not.
 *
 * The current actor has to be this server, the chain within the limit, and the earlier actors exactly those of the
 * caller's token. With `azp`, every claim that names the token's client has to name ours as well; with `none`, the current actor
 * may be anybody.
 */
export function assertActors(
  { claims, caller, actorCheck = 'act' }: ActingToken,
  expectations: ActorExpectations,
): Delegation | undefined {
  const delegation = parsedActor(claims)
  if (actorCheck === 'azp') assertIssuedToUs(claims, expectations)
  // The client that the token was issued to is as good as an actor.
  const requireActor = actorCheck !== 'azp' && expectations.requireActor === true
  if (actorCheck !== 'none' || (delegation === undefined && requireActor)) {
    assertUs(delegation, claims, { ...expectations, requireActor })
  }
  assertChain(delegation?.chain ?? [], caller.delegation?.chain, expectations)
  return delegation
}

function parsedActor(claims: Claims): Delegation | undefined {
  const { act } = claims
  try {
    // Whoever names no actor leaves the claim out.
    if (act === null) throw new TypeError('act is null')
    return parseActor(claims)
  } catch (cause) {
    throw rejected('actor_malformed', {
      of: 'Actor',
      expected: 'an object with a sub, at every level',
      received: act,
      cause,
    })
  }
}

function assertUs(
  delegation: Delegation | undefined,
  claims: Claims,
  expectations: ActorExpectations,
): void {
  const { clientId, actor = clientId, requireActor } = expectations
  const isUs =
    delegation === undefined ? requireActor !== true : actsAsUs(delegation, claims, expectations)
  if (isUs) return
  throw rejected('actor', {
    of: 'Actor',
    expected: actor,
    received: delegation && {
      sub: delegation.actor,
      client_id: delegation.actorClientId,
      client: parseClientIds(claims),
    },
  })
}

/**
 * Ours is an actor of our name or of our client. Some servers write another id of our client into `act.sub` (Keycloak: the
 * user of its service account): then it is enough that the token was issued to our client, unless a name has been set, or
 * our own name stands further back in the chain.
 */
function actsAsUs(
  { actor, actorClientId, chain }: Delegation,
  claims: Claims,
  { clientId, actor: name }: ActorExpectations,
): boolean {
  if (actorClientId !== undefined) return actorClientId === clientId
  if (actor === clientId || actor === name) return true
  if (name !== undefined || chain.includes(clientId)) return false
  return isIssuedTo(clientId, claims)
}

function isIssuedTo(clientId: string, claims: Claims): boolean {
  const issuedTo = parseClientIds(claims)
  return issuedTo.length > 0 && issuedTo.every((client) => client === clientId)
}

function assertIssuedToUs(claims: Claims, { clientId }: ActorExpectations): void {
  if (isIssuedTo(clientId, claims)) return
  const received = { client: parseClientIds(claims) }
  throw rejected('actor', { of: 'Actor', expected: clientId, received })
}

function assertChain(
  chain: readonly string[],
  behindUs: readonly string[] | undefined,
  { maxDepth = DELEGATION_DEFAULTS.maxDepth }: ActorExpectations,
): void {
  if (chain.length > maxDepth) {
    throw rejected('chain_too_deep', {
      of: 'Chain',
      expected: `at most ${maxDepth} actors`,
      received: `${chain.length} actors: ${chain.join(', ')}`,
    })
  }
  if (behindUs === undefined) return
  const [, ...rest] = chain
  const same = rest.length === behindUs.length && rest.every((name, at) => name === behindUs[at])
  if (same) return
  throw rejected('chain_changed', { of: 'Chain', expected: behindUs, received: rest })
}
