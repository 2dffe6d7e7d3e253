import { z } from 'zod'
import { optionsSchema, type OptionsShape } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import type { Issue } from '../options/with-issues.js'
import { createPrivateKey, type KeyObject, type JsonWebKeyInput } from 'node:crypto'
import { importJWK, type CryptoKey, type JWK } from 'jose'
import { Secret } from '../secret.js'

/** How we prove to the authorization server which client we are. */
export type ClientAuthentication =
  /** A shared secret; the method follows the server's metadata unless it is named. */
  | {
      readonly method?: 'client_secret_basic' | 'client_secret_post' | undefined
      readonly secret: Secret
    }
  /** A signed assertion (RFC 7523 §2.2). */
  | {
      readonly method: 'private_key_jwt'
      /** PEM (PKCS #8, PKCS #1 or SEC 1) or a private JWK as JSON. */
      readonly privateKey: Secret
      readonly keyId?: string | undefined
    }
  /** Mutual TLS (RFC 8705 §2); the `fetch` of the exchanger presents the certificate. */
  | { readonly method: 'tls_client_auth' }

/** The options of a `ClientAuthentication`. */
export const CLIENT_AUTHENTICATION_SHAPE: OptionsShape<ClientAuthentication> = {
  method: optionValues
    .oneOf('client_secret_basic', 'client_secret_post', 'private_key_jwt', 'tls_client_auth')
    .optional(),
  secret: z.unknown().optional(),
  privateKey: z.unknown().optional(),
  keyId: z.string('must be a text').optional(),
}

/**
 * What is wrong with the secret or key that the method needs; `undefined` where nothing is. Quotes nothing of it.
 *
 * A secret or key that is missing, empty or bare is refused: sent to the server, it would look like an outage.
 */
export function clientAuthenticationIssue({
  method,
  secret,
  privateKey,
}: Readonly<Record<string, unknown>>): Issue | undefined {
  if (method === 'tls_client_auth') return undefined
  const [name, given] =
    method === 'private_key_jwt' ? ['privateKey', privateKey] : ['secret', secret]
  const message = secretIssue(given)
  return message === undefined ? undefined : { path: [name], message }
}

function secretIssue(given: unknown): string | undefined {
  if (!(given instanceof Secret)) return "must be a Secret: new Secret('…')"
  return given.reveal().trim() === '' ? 'is empty' : undefined
}

/** The schema of a `ClientAuthentication` among options. */
export const CLIENT_AUTHENTICATION_SCHEMA = optionsSchema<ClientAuthentication>(
  CLIENT_AUTHENTICATION_SHAPE,
).superRefine((given: Readonly<Record<string, unknown>>, context) => {
  const issue = clientAuthenticationIssue(given)
  if (issue !== undefined) {
    context.addIssue({ code: 'custom', path: [...issue.path], message: issue.message })
  }
})

/** Imports a private key for the algorithm of its type; throws a `TypeError` that quotes nothing of it. */
export async function importPrivateKey(text: string): Promise<CryptoKey> {
  const key = parsePrivateKey(text)
  const jwk = key.export({ format: 'jwk' }) as JWK
  const imported = await importJWK(jwk, algorithmOf(key))
  if (imported instanceof Uint8Array) throw unusable()
  return imported
}

/** Reads a private key that can sign; throws a `TypeError` that quotes nothing of it. */
export function parsePrivateKey(text: string): KeyObject {
  const key = readKey(text)
  algorithmOf(key)
  return key
}

function readKey(text: string): KeyObject {
  try {
    return text.trimStart().startsWith('{')
      ? createPrivateKey({ key: JSON.parse(text) as JsonWebKeyInput['key'], format: 'jwk' })
      : createPrivateKey(text)
  } catch {
    // Without the cause: it can quote the key.
    throw unusable()
  }
}

function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string {
  if (asymmetricKeyType === 'rsa') return 'RS256'
  if (asymmetricKeyType === 'ed25519') return 'EdDSA'
  if (asymmetricKeyType !== 'ec') throw unusable()
  return asymmetricKeyDetails?.namedCurve === 'secp384r1' ? 'ES384' : 'ES256'
}

function unusable(): TypeError {
  return new TypeError(
    'the private key is neither PEM nor a private JWK, or of a type that cannot sign (use RSA, P-256, P-384 or Ed25519)',
  )
}
