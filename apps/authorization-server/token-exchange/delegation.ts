import type { KoaContextWithOIDC } from 'oidc-provider'
import { z } from 'zod'
import { ExchangeRefusal } from './exchange-refusal.js'

/** One level of an `act` claim (RFC 8693 §4.1); the outermost is who acts now. */
export interface Actor {
  readonly sub: string
  readonly act?: Actor | undefined
}

/** Auth0's limit: so many `act` objects may be nested in a token. */
export const MAX_ACTORS = 5

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
 * whole chain is nested; the client of such a token is its outermost actor and is not repeated.
 *
 * @throws ExchangeRefusal 400 `invalid_request` when the chain would have more than five actors.
 */
export function delegate(
  exchangingClientId: string,
  subject: { readonly clientId: string; readonly act: Actor | undefined },
): Actor {
  const act: Actor = { sub: exchangingClientId, act: subject.act ?? { sub: subject.clientId } }
  if (actorsOf(act).length > MAX_ACTORS) {
    throw new ExchangeRefusal(
      400,
      'invalid_request',
      `Delegation chain (\`act\` claim) depth exceeds the maximum allowed limit of ${MAX_ACTORS}`,
    )
  }
  return act
}

/** Lists the ids in an `act` claim, newest first. */
export function actorsOf(act: Actor): string[] {
  return act.act === undefined ? [act.sub] : [act.sub, ...actorsOf(act.act)]
}

/** Attaches an `act` claim to a token request, for the token that is issued in it. */
export function attachDelegation(ctx: KoaContextWithOIDC, act: Actor): void {
  ctx.oidc.entity(ENTITY, act)
}

/** Returns what {@link attachDelegation} attached; `undefined` for any other grant. */
export function delegationOf(ctx: KoaContextWithOIDC): Actor | undefined {
  const attached = actorSchema.safeParse(ctx.oidc.entities[ENTITY])
  return attached.success ? attached.data : undefined
}
