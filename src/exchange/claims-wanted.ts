import { OnBehalfOfError, type FailureDetails } from '../failures/errors.js'
import { scrub } from '../logging/scrub.js'

/** What a client gets where an API wants more of a sign-in than an exchange can give. */
export function claimsChallengeDetails(claims: string): FailureDetails {
  return {
    reason: 'claims_challenge',
    claims,
    log: {
      claims: scrub(claims, 300),
      hint: "The API wants claims of the user's token that a new token did not bring (continuous access evaluation, or an authentication context). They are passed on to the client, whose next sign-in has to ask for them.",
    },
  }
}

/** The failure of a call whose token lacks claims that the API wants. */
export function claimsWanted(claims: string): OnBehalfOfError {
  return new OnBehalfOfError('reauthentication_required', claimsChallengeDetails(claims))
}
