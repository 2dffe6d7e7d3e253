import * as openid from 'openid-client'
import type { Secret } from '../secret.js'
import {
  importPrivateKey,
  parsePrivateKey,
  type ClientAuthentication,
} from './client-authentication.js'
import { readSigningCertificate } from './client-certificate.js'

/** What authenticates one token request. */
export type Authenticator = (
  metadata: Readonly<Record<string, unknown>>,
) => (...request: Parameters<openid.ClientAuth>) => unknown

/**
 * Prepares a way of client authentication; throws a `TypeError` for a key that cannot be used.
 *
 * RSA keys sign with RS256 where no algorithm is named, elliptic curves with the algorithm of their curve.
 */
export async function createAuthenticator(
  authentication: ClientAuthentication,
): Promise<Authenticator> {
  if ('secret' in authentication) return sharedSecret(authentication)
  if (authentication.method === 'tls_client_auth') return () => openid.TlsClientAuth()
  return signedAssertion(authentication)
}

async function signedAssertion({
  privateKey,
  keyId,
  certificate,
  algorithm,
  audience,
}: Extract<ClientAuthentication, { readonly privateKey: Secret }>): Promise<Authenticator> {
  const text = privateKey.reveal()
  const key = await importPrivateKey(text, algorithm)
  const thumbprint =
    certificate === undefined
      ? undefined
      : readSigningCertificate(certificate, parsePrivateKey(text)).thumbprint
  const signingKey = keyId === undefined ? key : { key, kid: keyId }
  return ({ token_endpoint: endpoint }) =>
    openid.PrivateKeyJwt(signingKey, {
      [openid.modifyAssertion]: (header, payload) => {
        if (thumbprint !== undefined) {
          // Microsoft's certificate credentials name both.
          header['typ'] = 'JWT'
          header['x5t#S256'] = thumbprint
        }
        if (audience === 'token_endpoint' && typeof endpoint === 'string') {
          payload['aud'] = endpoint
        }
      },
    })
}

function sharedSecret({
  method,
  secret,
}: Extract<ClientAuthentication, { readonly secret: Secret }>): Authenticator {
  return (metadata) => {
    const chosen = method ?? preferredMethod(metadata['token_endpoint_auth_methods_supported'])
    return chosen === 'client_secret_post'
      ? openid.ClientSecretPost(secret.reveal())
      : openid.ClientSecretBasic(secret.reveal())
  }
}

/**
 * RFC 8414 §2: a server that lists no methods supports `client_secret_basic`. Where both are listed, the secret goes
 * into the body: in the header it is percent-encoded (RFC 6749 §2.3.1), which some servers forget to undo.
 */
function preferredMethod(supported: unknown): 'client_secret_basic' | 'client_secret_post' {
  if (!Array.isArray(supported)) return 'client_secret_basic'
  const headerAlone =
    supported.includes('client_secret_basic') && !supported.includes('client_secret_post')
  return headerAlone ? 'client_secret_basic' : 'client_secret_post'
}
