import type { Found, KnownClient, KnownRole } from '../found.js'
import { SetupError } from '../setup-error.js'

/** The exchanging client, which is known once its own step is done. */
export function requireClient({ client }: Found, step: string): KnownClient {
  return requireKnown(client, step)
}

/** A client, which is known once its own step is done. */
export function requireKnown(client: KnownClient | undefined, step: string): KnownClient {
  return known(client, `${step}: the client is not known.`)
}

/** The id of the Action, which is known once its own step is done. */
export function requireActionId({ actionId }: Found, name: string): string {
  return known(actionId, `The Action ${name} is not known.`)
}

/** A role, which is known once its own step is done. */
export function requireRole({ roles }: Found, name: string): KnownRole {
  return known(roles.get(name), `The role ${name} is not known.`)
}

function known<T>(value: T | undefined, message: string): T {
  if (value !== undefined) return value
  throw new SetupError(message, 'Run the command again.')
}
