import type { RejectionReason } from './rejection-reasons.js'

const HINTS: Readonly<Record<RejectionReason, string>> = {
  token_type:
    'Have the authorization server issue plain Bearer tokens for this API: the call of the API presents no proof of possession.',
  issued_token_type:
    'Have the authorization server issue an access token (RFC 8693 §3): an Action or a policy of it may answer with another type.',
  subject_token_returned:
    "The authorization server hands the user's own token back in place of another. Check that the exchange is set up for this API, and what stands between.",
  opaque:
    'Have the authorization server issue JWTs for this API. Auth0: API_AUTH0_AUDIENCE has to be the identifier of an API of the tenant, and no token encryption set on it.',
  wrong_type: 'Have the authorization server issue access tokens for this API.',
  signature:
    "Auth0: set Signing Algorithm of the API to RS256; a token signed with HS256 cannot be checked with the issuer's public keys.",
  issuer:
    'The token came back in the name of another issuer. Set AUTH0_DOMAIN or ISSUER_BASE_URL to the domain that stands in it; where an authorization server of its own issues the tokens for the API, set EXCHANGE_ISSUER to that one.',
  audience:
    'Check API_AUTH0_AUDIENCE: the token came back for another API. Where the authorization server writes another identifier of the same API into aud (Entra: the id of the application), set EXPECTED_AUDIENCES to it.',
  several_audiences: 'Have the authorization server issue tokens for this API alone.',
  acceptable_here:
    'The token for the API is good for this server too. Give the API an identifier of its own.',
  expired: "Check this machine's clock, and the token lifetime of the API.",
  not_yet_valid: "Check this machine's clock (NTP), or raise CLOCK_TOLERANCE_SECONDS.",
  claim_malformed:
    'Correct what writes this claim at the authorization server: a mapper, a hook or a post-login Action.',
  subject:
    'The token came back for another user, or does not name one by the claims of SUBJECT_CLAIMS. Custom Token Exchange: correct setUserById of the Action.',
  organization: 'The token came back for another organization than the one the user signed in to.',
  actor:
    "The token names another actor than this server, or none while EXCHANGE_REQUIRE_ACTOR is true. Where the authorization server knows this server's client by another name in act.sub, set EXCHANGE_ACTOR. Custom Token Exchange names none unless the Action sets one.",
  actor_malformed:
    'Correct what writes `act` at the authorization server: it has to be an object with a sub (RFC 8693 §4.1).',
  chain_too_deep:
    'Find out which services stand in the chain, newest first, before you raise DELEGATION_MAX_DEPTH.',
  chain_changed:
    "The user's token names services that act for the user, and the token for the API has to name the same ones behind this server (RFC 8693 §4.1). Have the authorization server keep `act`.",
  bound_token:
    'The token for the API is bound to a key, and the call of the API can present no proof. Turn sender constraining off for the API.',
  unbound_downgrade:
    "The user's token is bound to its sender, and the one for the API is not. Turn sender constraining off for this server, or see DANGEROUSLY_ALLOW_UNBOUND_DOWNGRADE.",
}

/** What an operator does about a returned token that was refused. `received` tells a missing answer from a wrong one. */
export function rejectionHint(reason: RejectionReason, received: unknown): string {
  if (reason === 'issued_token_type' && received === undefined) {
    return 'The answer has no issued_token_type, which RFC 8693 §2.2.1 requires. Keycloak before 26 leaves it out: update it.'
  }
  return HINTS[reason]
}
