import { createHash, X509Certificate } from 'node:crypto'
import { compactVerify, type CompactJWSHeaderParameters } from 'jose'
import type { AssertionCheck } from '../shared/client-authentication.js'
import { EntraRefusal } from './entra-refusal.js'

const MAX_LIFETIME_SECONDS = 600

export interface ClientAssertionParts {
  readonly tokenEndpoint: string
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/**
 * Creates the check of a certificate assertion: PS256, `typ` JWT, `x5t#S256` of the registered certificate, `aud` the token
 * endpoint, `iss` and `sub` the client id, a `jti` that is new, `nbf`, and `exp` at most ten minutes away.
 */
export function createAssertionCheck({ tokenEndpoint, now }: ClientAssertionParts): AssertionCheck {
  const seen = new Set<string>()
  return async function checkClientAssertion(client, assertion) {
    if (client.certificate === undefined) throw wrong('no certificate is registered.')
    const certificate = new X509Certificate(client.certificate)
    const verified = await compactVerify(assertion, certificate.publicKey, {
      algorithms: ['PS256'],
    }).catch(() => {
      throw wrong('signature validation failed.')
    })
    assertHeader(verified.protectedHeader, certificate)
    const claims = JSON.parse(new TextDecoder().decode(verified.payload)) as Claims
    const { iss, sub, aud, jti, nbf, exp } = claims
    if (iss !== client.clientId || sub !== client.clientId)
      throw wrong('iss and sub must be the client id.')
    if (aud !== tokenEndpoint) throw wrong('aud must be the token endpoint.')
    const seconds = now() / 1_000
    const isTimely =
      typeof nbf === 'number' &&
      typeof exp === 'number' &&
      nbf <= seconds + 60 &&
      seconds < exp &&
      exp <= seconds + MAX_LIFETIME_SECONDS + 60
    if (!isTimely) throw outdated()
    if (typeof jti !== 'string' || seen.has(jti)) throw wrong('jti is missing, or was used before.')
    seen.add(jti)
  }
}

type Claims = Readonly<Record<'iss' | 'sub' | 'aud' | 'jti' | 'nbf' | 'exp', unknown>>

function assertHeader(header: CompactJWSHeaderParameters, certificate: X509Certificate): void {
  const thumbprint = createHash('sha256').update(certificate.raw).digest('base64url')
  if (header['x5t#S256'] !== thumbprint) throw wrong('x5t#S256 names another certificate.')
  if (header.typ !== 'JWT') throw wrong('typ must be JWT.')
}

function wrong(reason: string): EntraRefusal {
  return new EntraRefusal({
    code: 700027,
    status: 401,
    error: 'invalid_client',
    description: `The client assertion is not valid: ${reason}`,
  })
}

function outdated(): EntraRefusal {
  return new EntraRefusal({
    code: 700024,
    status: 401,
    error: 'invalid_client',
    description: 'Client assertion is not within its valid time range.',
  })
}
