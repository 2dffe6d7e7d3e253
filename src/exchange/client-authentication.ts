import { z } from 'zod'
import { optionsSchema, type OptionsShape } from '../options/assert-options.js'
import { withoutUndefined } from '../options/without-undefined.js'
import { optionValues } from '../options/option-values.js'
import type { Issue } from '../options/with-issues.js'
import { createPrivateKey, type KeyObject, type JsonWebKeyInput } from 'node:crypto'
import { importJWK, type CryptoKey, type JWK } from 'jose'
import { Secret } from '../secret.js'
import { readSigningCertificate } from './client-certificate.js'

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
      /** The certificate of that key, PEM: its thumbprint goes into the header (`x5t#S256`). Entra ID finds the key by it. */
      readonly certificate?: string | undefined
      /** Default: RS256 for RSA, and the algorithm of the curve for other keys. Entra ID wants PS256. */
      readonly algorithm?: AssertionAlgorithm | undefined
      /** What the assertion is for. Default `issuer` (RFC 7523bis). Entra ID wants `token_endpoint`. */
      readonly audience?: 'issuer' | 'token_endpoint' | undefined
    }
  /** Mutual TLS (RFC 8705 §2); the `fetch` of the exchanger presents the certificate. */
  | { readonly method: 'tls_client_auth' }

/** How an assertion can be signed. */
export const ASSERTION_ALGORITHMS = [
  'RS256',
  'PS256',
  'ES256',
  'ES384',
  'EdDSA',
] as const satisfies readonly AssertionAlgorithm[]

/** How an assertion is signed (RFC 7518 §3.1). */
export type AssertionAlgorithm = 'RS256' | 'PS256' | 'ES256' | 'ES384' | 'EdDSA'

/** How an authorization server wants the assertions of its clients. */
export interface AssertionDefaults {
  readonly algorithm: AssertionAlgorithm
  readonly audience: 'issuer' | 'token_endpoint'
}

/** A `private_key_jwt` with what the authorization server wants where nothing is set; others as they are. */
export function withAssertionDefaults(
  authentication: ClientAuthentication,
  defaults: AssertionDefaults | undefined,
): ClientAuthentication {
  if (authentication.method !== 'private_key_jwt') return authentication
  return { ...authentication, ...defaults, ...withoutUndefined(authentication) }
}

/** The options of a `ClientAuthentication`. */
export const CLIENT_AUTHENTICATION_SHAPE: OptionsShape<ClientAuthentication> = {
  method: optionValues
    .oneOf('client_secret_basic', 'client_secret_post', 'private_key_jwt', 'tls_client_auth')
    .optional(),
  secret: z.unknown().optional(),
  privateKey: z.unknown().optional(),
  keyId: z.string('must be a text').optional(),
  certificate: z.string('must be a certificate in PEM').optional(),
  algorithm: optionValues.oneOf(...ASSERTION_ALGORITHMS).optional(),
  audience: optionValues.oneOf('issuer', 'token_endpoint').optional(),
}

/**
 * What is wrong with the secret or key that the method needs; `undefined` where nothing is. Quotes nothing of it.
 *
 * A secret or key that is missing, empty or bare is refused: sent to the server, it would look like an outage.
 */
export function clientAuthenticationIssue(
  given: Readonly<Record<string, unknown>>,
): Issue | undefined {
  const { method, secret, privateKey } = given
  if (method === 'private_key_jwt') {
    const message = secretIssue(privateKey)
    return message === undefined ? assertionIssue(given) : { path: ['privateKey'], message }
  }
  const extra = OF_ASSERTIONS.find((name) => given[name] !== undefined)
  if (extra !== undefined) return { path: [extra], message: 'is for the method private_key_jwt' }
  const message = method === 'tls_client_auth' ? undefined : secretIssue(secret)
  return message === undefined ? undefined : { path: ['secret'], message }
}

const OF_ASSERTIONS = ['certificate', 'algorithm', 'audience'] as const

/** A key that cannot be used at all surfaces at the first exchange. */
function assertionIssue({
  privateKey,
  certificate,
  algorithm,
}: Readonly<Record<string, unknown>>): Issue | undefined {
  if (!(privateKey instanceof Secret)) return undefined
  const key = usableKey(privateKey.reveal())
  if (key === undefined) return undefined
  const unfit = messageOf(() => {
    assertAlgorithmFits(key, algorithm as AssertionAlgorithm | undefined)
  })
  if (unfit !== undefined) return { path: ['algorithm'], message: unfit }
  if (typeof certificate !== 'string') return undefined
  const foreign = messageOf(() => readSigningCertificate(certificate, key))
  return foreign === undefined ? undefined : { path: ['certificate'], message: foreign }
}

function usableKey(text: string): KeyObject | undefined {
  try {
    return parsePrivateKey(text)
  } catch {
    return undefined
  }
}

function messageOf(run: () => unknown): string | undefined {
  try {
    run()
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : 'cannot be used'
  }
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

/**
 * Imports a private key for an algorithm, by default the one of its type; throws a `TypeError` that quotes nothing of it, also
 * where the algorithm is for keys of another type.
 */
export async function importPrivateKey(
  text: string,
  algorithm?: AssertionAlgorithm,
): Promise<CryptoKey> {
  const key = parsePrivateKey(text)
  assertAlgorithmFits(key, algorithm)
  const jwk = key.export({ format: 'jwk' }) as JWK
  const imported = await importJWK(jwk, algorithm ?? algorithmOf(key))
  if (imported instanceof Uint8Array) throw unusable()
  return imported
}

/** Throws a `TypeError` where keys of this type do not sign by the algorithm. */
export function assertAlgorithmFits(
  key: KeyObject,
  algorithm: AssertionAlgorithm | undefined,
): void {
  const own = algorithmOf(key)
  if (algorithm === undefined || algorithm === own) return
  if (algorithm === 'PS256' && own === 'RS256') return
  throw new TypeError(`the private key cannot sign by ${algorithm}: use ${own}, or another key`)
}

/** Reads a private key that can sign; throws a `TypeError` that quotes nothing of it. */
export function parsePrivateKey(text: string): KeyObject {
  const key = readKey(text)
  algorithmOf(key)
  return key
}

/** What to say of a key with a passphrase. */
export const ENCRYPTED_KEY =
  'is encrypted with a passphrase. Decrypt it first: openssl pkey -in key.pem -out decrypted.pem'

/** Whether a text is a private key that nobody can read without its passphrase (PKCS #8, and the older form). */
export function isEncryptedKey(pem: string): boolean {
  return /^(?:-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED)/m.test(pem)
}

function readKey(text: string): KeyObject {
  try {
    return text.trimStart().startsWith('{')
      ? createPrivateKey({ key: JSON.parse(text) as JsonWebKeyInput['key'], format: 'jwk' })
      : createPrivateKey(text)
  } catch {
    // Without the cause: it can quote the key.
    throw isEncryptedKey(text) ? new TypeError(`the private key ${ENCRYPTED_KEY}`) : unusable()
  }
}

function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): AssertionAlgorithm {
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
