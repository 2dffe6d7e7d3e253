import { OnBehalfOfError, type FailureReason } from '../../src/failures/errors.js'
import type { Claims } from '../../src/identity/caller.js'
import { printable } from '../printable.js'
import type { Deployment } from './deployment.js'
import type { ProviderWords } from './providers/provider-words.js'
import { REFUSED_AT_SIGN_IN } from './prerequisites.js'
import { wrong, type CheckName, type Observation } from './finding.js'

type Hint = (setting: string, words: ProviderWords) => string

const HINTS: Readonly<Partial<Record<FailureReason, Hint>>> = {
  opaque_token: (_setting, words) => opaqueHint('opaque', words),
  encrypted_token: (_setting, words) => opaqueHint('encrypted', words),
  audience_mismatch: (setting, words) =>
    `Make ${setting} and the identifier of the API at the authorization server the same, byte for byte, a trailing slash included; and have the client ask for it by resource or audience. ${words.resource}`,
  audience_missing: (setting) =>
    `Have the authorization server write ${setting} into aud of the tokens for this server. Another token is the same, until it does.`,
  client_missing: () =>
    'Have the authorization server write the client into client_id of its access tokens (RFC 9068).',
  machine_token: () => 'Sign in as a user; a client-credentials token cannot be exchanged.',
  wrong_type: () => 'Give the access token, not the id token.',
  bound_token_as_bearer: () =>
    'The token is bound to its sender: this command cannot prove the possession of that key. Get a plain bearer token for the check.',
  algorithm: (_setting, words) =>
    `Have the authorization server sign the tokens for this server with one of those. ${words.signature}`,
  key_unknown: () =>
    'Have the authorization server publish the key with which it signs, under the kid that its tokens name. Check that the key set (issuer.keys, above) is that of the server which issued the token.',
  not_verified: () =>
    'The signature does not fit the keys of the issuer, RS256 or whichever it names: the token was changed on its way, or another environment with the same issuer signed it.',
}

const KEYS_MISSING: readonly CheckName[] = ['issuer.metadata', 'issuer.keys']

/** Words why the server refuses a user's token. Rethrows what is no refusal. */
export function serverRefusal(
  error: unknown,
  claims: Claims,
  { config: { resource }, provider }: Pick<Deployment, 'config' | 'provider'>,
): Observation {
  if (!(error instanceof OnBehalfOfError)) throw error
  const { reason } = error.details
  const shared = resource.tokenAudience === resource.resource
  const setting = shared ? 'AUTH0_AUDIENCE' : 'TOKEN_AUDIENCE'
  const { iss: issuer } = claims
  return {
    ...wrong(
      'token.inbound',
      `${reason ?? error.code}: ${error.message}`,
      reason === 'several_audiences'
        ? companionsHint(claims)
        : ((reason && HINTS[reason])?.(setting, provider.words) ??
            'Give the access token that an MCP client sends to this server.'),
    ),
    explainedBy: [...explanationsOf(error, shared), ...REFUSED_AT_SIGN_IN],
    issuer: typeof issuer === 'string' ? issuer : undefined,
  }
}

/** What else makes the server refuse a token for this reason. */
function explanationsOf(
  { code, details: { reason } }: OnBehalfOfError,
  sharedAudience: boolean,
): readonly CheckName[] {
  if (code === 'verifier_unavailable' || reason === 'not_verified') return KEYS_MISSING
  return reason === 'audience_mismatch' && sharedAudience
    ? ['server.identifier', 'server.metadata']
    : []
}

/** Keycloak adds `account` to the audience of nearly every token. */
function companionsHint({ aud }: Claims): string {
  const named = Array.isArray(aud) ? aud.map(printable) : [printable(aud)]
  const keycloak = named.includes('account')
    ? ' Keycloak adds account: remove the mapper "audience resolve" from the client scope roles, or take that scope from the client.'
    : ''
  return `The token names ${named.join(' and ')}. Have the client ask for a token for this server alone, and the authorization server put nothing else into aud. If the other accepts no such token, list it in TOLERATED_AUDIENCES.${keycloak}`
}

function opaqueHint(kind: string, { jwt }: ProviderWords): string {
  return `The token is ${kind}: the client did not say which API it is for. ${jwt}`
}
