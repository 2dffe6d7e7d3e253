import { OnBehalfOfError } from '../../src/errors.js'
import type { Claims } from '../../src/identity/caller.js'
import { printable } from '../printable.js'
import { wrong, type CheckName, type Observation } from './finding.js'

const CURES: Readonly<Record<string, string>> = {
  opaque_token: opaqueCure('opaque'),
  encrypted_token: opaqueCure('encrypted'),
  audience_mismatch:
    'Make AUTH0_AUDIENCE and the identifier of the API at the authorization server the same, byte for byte, a trailing slash included; and have the client ask for it by resource or audience.',
  machine_token: 'Sign in as a user; a client-credentials token cannot be exchanged.',
  wrong_type: 'Give the access token, not the id token.',
  bound_token_as_bearer:
    'The token is bound to its sender: this command cannot prove the possession of that key. Get a plain bearer token for the check.',
  not_verified:
    'The signature does not fit the keys of the issuer. Auth0: set Signing Algorithm of the API to RS256.',
}

const SETTINGS_DIFFER: readonly CheckName[] = ['server.identifier', 'server.metadata']
const KEYS_MISSING: readonly CheckName[] = ['issuer.metadata', 'issuer.keys']

/** What else makes the server refuse a token for this reason. */
const EXPLAINED_BY: Readonly<Record<string, readonly CheckName[]>> = {
  audience_mismatch: SETTINGS_DIFFER,
  several_audiences: [],
  not_verified: KEYS_MISSING,
}

/** Words why the server refuses a user's token. Rethrows what is no refusal. */
export function doorRefusal(error: unknown, claims: Claims): Observation {
  if (!(error instanceof OnBehalfOfError)) throw error
  const { reason = error.code } = error.details
  const unavailable = error.code === 'verifier_unavailable'
  const { iss: issuer } = claims
  return {
    ...wrong(
      'token.door',
      `${reason}: ${error.message}`,
      reason === 'several_audiences'
        ? companionsCure(claims)
        : (CURES[reason] ?? 'Give the access token that an MCP client sends to this server.'),
    ),
    explainedBy: unavailable ? KEYS_MISSING : (EXPLAINED_BY[reason] ?? []),
    ...(typeof issuer === 'string' ? { issuer } : {}),
  }
}

/** Keycloak adds `account` to the audience of nearly every token. */
function companionsCure({ aud }: Claims): string {
  const named = Array.isArray(aud) ? aud.map(printable) : [printable(aud)]
  const keycloak = named.includes('account')
    ? ' Keycloak adds account: remove the mapper "audience resolve" from the client scope roles, or take that scope from the client.'
    : ''
  return `The token names ${named.join(' and ')}. Have the client ask for a token for this server alone, and the authorization server put nothing else into aud.${keycloak}`
}

function opaqueCure(kind: string): string {
  return `The token is ${kind}: the client did not say which API it is for. Auth0: set resource_parameter_profile of the tenant to "compatibility" (setup does), or have the client send audience.`
}
