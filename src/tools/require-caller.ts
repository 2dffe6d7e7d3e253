import { OnBehalfOfError } from '../failures/errors.js'
import type { Caller } from '../identity/caller.js'
import type { PublicToolContext } from './tool.js'

/**
 * The caller of a public tool, for a handler that cannot do its work without one. Throws `no_credentials` where the call came
 * without a token: the model reads that its user has to sign in.
 *
 * @category Tools and sessions
 */
export function requireCaller({ caller }: Pick<PublicToolContext, 'caller'>): Caller {
  if (caller !== undefined) return caller
  throw new OnBehalfOfError('no_credentials', {
    description: 'Sign in: this tool has to know who is calling.',
  })
}
