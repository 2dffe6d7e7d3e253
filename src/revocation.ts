/**
 * Signing users out before their tokens expire: `mcp-on-behalf-of/revocation`. Importing it starts nothing.
 *
 * @module mcp-on-behalf-of/revocation
 */

export {
  backchannelLogoutRoute,
  type BackchannelLogoutRouteOptions,
} from '../routes/backchannel-logout.js'
export { sharedSignalsRoute, type SharedSignalsRouteOptions } from '../routes/shared-signals.js'
export { SIGN_OUT_OUTCOMES, type SignOutReceived } from './observability/pipeline-observer.js'
export {
  createRevocation,
  type Revocation,
  type RevocationOptions,
  type RevokeOptions,
  type SharedSignOuts,
} from './revocation/revocation.js'
export type { CutoffStore } from './revocation/shared-cutoffs.js'
export type { SignedIn, SignedInToken, SignedOut } from './revocation/signed-out.js'
export { createTransmitter } from './revocation/transmitter.js'
