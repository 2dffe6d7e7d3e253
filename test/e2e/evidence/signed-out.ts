import { sendLogout } from '../../helpers/logout-token.js'
import { NAMED, type Stand } from './stand.js'

/** A token of a user who has signed out since. */
export const SIGNED_OUT = {
  event: 'request_refused',
  reason: 'issued_before_sign_out',
  record: { toolReadFrom: 'header', decision: 'undecided' },
  environment: { BACKCHANNEL_LOGOUT_CLIENTS: 'some-client' },
  cause: async ({ server, post, token }: Stand) => {
    const old = await token()
    await sendLogout(server, { sub: 'auth0|alice' })
    return post({ token: old, headers: NAMED })
  },
} as const
