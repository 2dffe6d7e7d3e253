import type { AccessPolicy } from '../tools/access.js'
import type { CompleteSettings } from './settings.js'

/** Who may use which tool. */
export function accessOf(found: CompleteSettings): Required<AccessPolicy> {
  return {
    claims: found.AUTHORIZATION_CLAIMS,
    hierarchy: found.SCOPE_HIERARCHY,
    lockedTools: found.LOCKED_TOOLS,
    // Scopes that were assigned to users cannot be asked for.
    stepUp: found.SCOPE_CLAIM === undefined ? found.STEP_UP_SCOPES : 'none',
  }
}
