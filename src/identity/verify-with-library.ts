import { withoutUndefined } from '../options/without-undefined.js'
import type { auth } from 'express-oauth2-jwt-bearer'
import type { JWK } from 'jose'
import { loadAhead } from '../time/load-ahead.js'
import type { VerificationRequest } from './access-token-verifier.js'
import { signatureFits } from './candidate-keys.js'
import type { Claims } from './caller.js'
import { assertVerifiedProof } from './dpop-proof.js'
import type { KeyVerdict, VerificationExpectations, VerifyWithKey } from './key-verdict.js'

type Library = typeof import('express-oauth2-jwt-bearer')
type Handler = ReturnType<typeof auth>
type Outcome = { readonly claims: Claims } | { readonly error: unknown }

const ALGORITHM = 'RS256'

/**
 * Verifies RS256 tokens with `express-oauth2-jwt-bearer`.
 *
 * The library would read its options from the environment and trust the Host header for a proof's URL: it gets
 * neither. It tells a signature that fails from a token that is not good by its text alone, so the signature is looked
 * at once more where it refuses. It is loaded when a verification is created.
 */
export function createLibraryVerification(expectations: VerificationExpectations): VerifyWithKey {
  const loaded = loadAhead(() => import('express-oauth2-jwt-bearer'))
  const handlers = new WeakMap<JWK, Handler>()
  return async (request, key) => {
    const library = await loaded()
    const handler = handlers.get(key) ?? createHandler(library, key, expectations)
    handlers.set(key, handler)
    const outcome = await run(handler, request)
    if ('error' in outcome) return reasonOf(outcome.error, { library, request, key })
    return proofRefusal(request) ?? outcome
  }
}

function createHandler(
  { auth }: Library,
  key: JWK,
  expectations: VerificationExpectations,
): Handler {
  return auth({
    issuer: expectations.issuer,
    audience: expectations.audience,
    publicKey: { keys: [key] },
    tokenSigningAlg: ALGORITHM,
    // A second more than is allowed, as in `createJoseVerification`: the verifier draws the line.
    clockTolerance: expectations.clockToleranceSeconds + 1,
    // Empty, not absent: an absent one is taken from process.env.
    issuerBaseURL: '',
    jwksUri: '',
    secret: '',
  })
}

/** The library takes a method in any case, and an id that is no text. */
function proofRefusal({ credentials, method }: VerificationRequest): KeyVerdict | undefined {
  if (credentials.proof === undefined) return undefined
  try {
    assertVerifiedProof(credentials.proof, method)
    return undefined
  } catch (error) {
    return { reason: 'proof', error }
  }
}

async function reasonOf(
  error: unknown,
  { library, request, key }: { library: Library; request: VerificationRequest; key: JWK },
): Promise<KeyVerdict> {
  if (error instanceof library.InvalidTokenError) {
    const fits = await signatureFits(request.credentials.token, key, ALGORITHM)
    return { reason: fits ? 'token' : 'signature', error }
  }
  return { reason: error instanceof library.UnauthorizedError ? 'proof' : 'unforeseen', error }
}

/** Runs the library's middleware on a request made up of just what it may see. */
async function run(handler: Handler, request: VerificationRequest): Promise<Outcome> {
  const { credentials, method, url } = request
  const headers: Readonly<Record<string, string>> = withoutUndefined({
    host: url.host,
    authorization: `${credentials.scheme === 'dpop' ? 'DPoP' : 'Bearer'} ${credentials.token.reveal()}`,
    dpop: credentials.proof,
  })
  const seen = {
    headers,
    method,
    protocol: url.protocol.slice(0, -1),
    originalUrl: `${url.pathname}${url.search}`,
    query: {},
    body: undefined,
    get: (name: string) => headers[name.toLowerCase()],
    is: () => false,
    auth: undefined as { payload: Claims } | undefined,
  }
  const error = await new Promise<unknown>((resolve) => {
    const [req, res] = [seen, {}] as unknown as Parameters<Handler>
    void handler(req, res, resolve)
  })
  if (error !== undefined) return { error }
  return seen.auth === undefined
    ? { error: new Error('verified without claims') }
    : { claims: seen.auth.payload }
}
