import { decodeJwt, decodeProtectedHeader } from 'jose'
import { OnBehalfOfError, type FailureReason } from '../failures/errors.js'
import type { Secret } from '../secret.js'
import type { Claims } from './caller.js'

/** What a token says of itself. Good for finding the key and for wording a refusal, for nothing else. */
export interface UnverifiedToken {
  readonly type: string | undefined
  readonly keyId: string | undefined
  readonly algorithm?: string | undefined
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
  const parts = token.reveal().split('.')
  if (parts.length !== 3) throw unreadable(parts.length === 5 ? 'encrypted_token' : 'opaque_token')
  if (!parts.every(isBase64url)) throw new OnBehalfOfError('invalid_token', { reason: 'not_a_jwt' })
  try {
    const header = decodeProtectedHeader(token.reveal())
    const claims: Claims = decodeJwt(token.reveal())
    return {
      type: textOrAbsent(header.typ),
      keyId: textOrAbsent(header.kid),
      algorithm: textOrAbsent(header.alg),
      issuer: typeof claims['iss'] === 'string' ? claims['iss'] : undefined,
      claims,
    }
  } catch (cause) {
    throw new OnBehalfOfError('invalid_token', { reason: 'not_a_jwt', cause })
  }
}

/** Exactly one spelling for the same bytes (RFC 7515 §2): verifiers decode padding, plain base64 and more. */
function isBase64url(part: string): boolean {
  return Buffer.from(part, 'base64url').toString('base64url') === part
}

/** A `typ`, `kid` or `alg` that is no text is not the same as none (RFC 7515 §4.1). */
function textOrAbsent(member: unknown): string | undefined {
  if (member === undefined || typeof member === 'string') return member
  throw new TypeError('a header member that has to be a string is none')
}

function unreadable(reason: FailureReason<'token'>): OnBehalfOfError {
  return new OnBehalfOfError('invalid_token', { reason, description: OPAQUE })
}
