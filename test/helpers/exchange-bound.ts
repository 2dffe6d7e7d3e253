import { createHash, randomUUID } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { TestServer } from './start-mcp-server.js'

/** A subject token that is bound to a key (RFC 9449 §6), and the headers that use it once. */
export async function boundSubject(
  { endpoint, mint }: Pick<TestServer, 'endpoint' | 'mint'>,
  claims: Readonly<Record<string, unknown>> = {},
): Promise<{ readonly token: string; readonly headers: Readonly<Record<string, string>> }> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = await exportJWK(publicKey)
  const cnf = { jkt: await calculateJwkThumbprint(jwk) }
  const token = await mint({ ...claims, cnf })
  const proof = await new SignJWT({
    jti: randomUUID(),
    htm: 'POST',
    htu: endpoint.href,
    ath: createHash('sha256').update(token).digest('base64url'),
  })
    .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk })
    .setIssuedAt()
    .sign(privateKey)
  return { token, headers: { Authorization: `DPoP ${token}`, DPoP: proof } }
}
