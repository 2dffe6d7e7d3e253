import { decodeJwt } from 'jose'
import type { Secret } from '../../../../src/secret.js'
import { printable } from '../../../printable.js'
import { notCheckable, ok, warning, type Finding } from '../../finding.js'

const CHECK = 'token.audience'

/** Whether an access token is for this server. Its signature is not checked. */
export function judgeAudience(token: Secret, resource: string): Finding {
  const audiences = audiencesOf(token)
  if (audiences === undefined) {
    return notCheckable(CHECK, 'The access token is no JWT: for whom it is, only the servers know.')
  }
  if (audiences.includes(resource))
    return ok(CHECK, `The access token is for ${printable(resource)}.`)
  const named = audiences.length === 0 ? 'nobody' : printable(audiences.join(', '))
  return warning(
    CHECK,
    `The access token is for ${named}, and not for ${printable(resource)}.`,
    'Have the authorization server bind tokens to the resource that the client asks for (RFC 8707). A server that takes tokens of others can be sent stolen ones.',
  )
}

function audiencesOf(token: Secret): readonly string[] | undefined {
  try {
    const { aud } = decodeJwt(token.reveal())
    return aud === undefined ? [] : typeof aud === 'string' ? [aud] : aud
  } catch {
    return undefined
  }
}
