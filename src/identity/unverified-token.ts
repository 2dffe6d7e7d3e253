import { decodeJwt, decodeProtectedHeader } from 'jose'
import { OnBehalfOfError } from '../errors.js'
import type { Secret } from '../secret.js'
import type { Claims } from './caller.js'

/** What a token says of itself. Good for finding the key and for wording a refusal, for nothing else. */
export interface UnverifiedToken {
  readonly type: string | undefined
  readonly keyId: string | undefined
  readonly issuer: string | undefined
  readonly claims: Claims
}

const OPAQUE =
  'The access token is opaque or encrypted, so this server cannot read it. The client has to ask the ' +
  'authorization server for a token for this server: send the `resource` of the protected-resource ' +
  'metadata. On Auth0 the tenant needs the resource parameter compatibility profile, or the client sends `audience`.'

/**
 * Decodes a JWT without verifying it; throws `invalid_token` for anything that is no signed JWT.
 *
 * The description tells how a person comes by an opaque or encrypted token, which is the usual cause.
 */
export function readUnverified(token: Secret): UnverifiedToken {
  const parts = token.reveal().split('.').length
  if (parts !== 3) throw unreadable(parts === 5 ? 'encrypted_token' : 'opaque_token')
  try {
    const header = decodeProtectedHeader(token.reveal())
    const claims: Claims = decodeJwt(token.reveal())
    return {
      type: typeof header.typ === 'string' ? header.typ : undefined,
      keyId: typeof header.kid === 'string' ? header.kid : undefined,
      issuer: typeof claims['iss'] === 'string' ? claims['iss'] : undefined,
      claims,
    }
  } catch (cause) {
    throw new OnBehalfOfError('invalid_token', { reason: 'not_a_jwt', cause })
  }
}

function unreadable(reason: string): OnBehalfOfError {
  return new OnBehalfOfError('invalid_token', { reason, description: OPAQUE })
}
