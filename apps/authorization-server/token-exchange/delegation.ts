import type { KoaContextWithOIDC } from 'oidc-provider'
import { z } from 'zod'
import type { Behaviors } from '../behaviors.js'
import { ExchangeRefusal } from './exchange-refusal.js'

/** One level of an `act` claim (RFC 8693 §4.1); the outermost is who acts now. */
export interface Actor {
  readonly sub: string
  readonly act?: Actor | undefined
  /** Further members: those of an agent, or what the subject token's actors say of themselves. */
  readonly [member: string]: unknown
}

type DelegationBehaviors = Pick<Behaviors, 'actor' | 'delegationLimit' | 'delegationLimitInMessage'>

const ENTITY = 'Delegation'

export const actorSchema: z.ZodType<Actor> = z.looseObject({
  sub: z.string(),
  get act() {
    return actorSchema.optional()
  },
})

/**
 * Returns the `act` claim of the next token: the exchanging client, and inside it who acted before.
 *
 * A token that was never exchanged names no actor, so its client becomes the innermost one. Later the
 * whole chain is nested; the client of such a token is its outermost actor and is not repeated. With
 * `actor: 'agent'` the newest actor is an agent that belongs to the client.
 *
 * Throws `ExchangeRefusal` (400 `invalid_request`) when the chain would have more than five actors, or
 *   four by `delegationLimit`.
 */
export function delegate(
  exchangingClientId: string,
  subject: { readonly clientId: string; readonly act: Actor | undefined },
  behaviors: DelegationBehaviors,
): Actor {
  const act: Actor = {
    ...newestActor(exchangingClientId, behaviors),
    act: subject.act ?? { sub: subject.clientId },
  }
  if (actorsOf(act).length <= behaviors.delegationLimit) return act
  throw new ExchangeRefusal(
    400,
    'invalid_request',
    `Delegation chain (\`act\` claim) depth exceeds the maximum allowed limit of ${behaviors.delegationLimitInMessage}`,
  )
}

function newestActor(clientId: string, { actor }: DelegationBehaviors): Actor {
  if (actor === 'client') return { sub: clientId }
  return { sub: `agt_${clientId}`, client_id: clientId, sub_profile: 'ai_agent' }
}

/** Lists the ids in an `act` claim, newest first. */
export function actorsOf(act: Actor): string[] {
  return act.act === undefined ? [act.sub] : [act.sub, ...actorsOf(act.act)]
}

/** Attaches an `act` claim to a token request, for the token that is issued in it. */
export function attachDelegation(ctx: KoaContextWithOIDC, act: Actor): void {
  ctx.oidc.entity(ENTITY, act)
}

/** Returns what `attachDelegation` attached; `undefined` for any other grant. */
export function delegationOf(ctx: KoaContextWithOIDC): Actor | undefined {
  const attached = actorSchema.safeParse(ctx.oidc.entities[ENTITY])
  return attached.success ? attached.data : undefined
}
