import { z } from 'zod'
import { type Actor, actorsOf } from '../delegation.js'

const MAX_ACTORS = 5
const MAX_OWN_PROPERTIES = 5

const actor: z.ZodType<Actor> = z
  .object({
    sub: z.string().min(1).max(512),
    get act() {
      return actor.optional()
    },
  })
  .catchall(z.union([z.string().max(64), z.number(), z.boolean()]))
  .refine((value) => Object.keys(value).length <= MAX_OWN_PROPERTIES + ('act' in value ? 2 : 1))

/**
 * Returns what an Action passes to `setActor` as an `act` claim: five actors at most, each with `sub` and at most five
 * properties of its own.
 *
 * Throws a `TypeError` for anything else.
 */
export function parseActionActor(value: unknown): Actor {
  const parsed = actor.safeParse(value)
  if (!parsed.success || actorsOf(parsed.data).length > MAX_ACTORS) {
    throw new TypeError('Invalid setActor arguments')
  }
  return parsed.data
}
