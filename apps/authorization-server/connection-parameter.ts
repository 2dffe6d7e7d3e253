import { type KoaContextWithOIDC, errors } from 'oidc-provider'
import { connectionsOf } from './connections.js'
import type { Directory } from './directory.js'

/**
 * Creates the validator of an authorization request's `connection`: absent, or one through which users may sign in at the
 * client. There has to be one in any case.
 *
 * Throws `errors.InvalidRequest` otherwise. Whether the user comes through it shows when they sign in.
 */
export function validateConnectionParameter(directory: Directory) {
  return function validate({ oidc }: KoaContextWithOIDC, value: string | undefined): void {
    const { client } = oidc
    const connections = client === undefined ? undefined : connectionsOf(directory, client.clientId)
    if (connections === undefined) return
    if (connections.length === 0) {
      throw new errors.InvalidRequest('no connections enabled for the client')
    }
    if (value !== undefined && !connections.some(({ name }) => name === value)) {
      throw new errors.InvalidRequest('the connection is not enabled for the client')
    }
  }
}
