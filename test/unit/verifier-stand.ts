import { SignJWT } from 'jose'
import { OnBehalfOfError } from '../../src/failures/errors.js'
import type { Claims } from '../../src/identity/caller.js'
import type { PresentedCredentials } from '../../src/identity/credentials.js'
import {
  createJwtBearerVerifier,
  type JwtBearerVerifierOptions,
} from '../../src/identity/jwt-bearer-verifier.js'
import { Secret } from '../../src/secret.js'
import type { SigningKey } from '../helpers/test-issuer.js'
import { json } from './answer-json.js'
import { KEYS, openIssuer } from './issuer-stand.js'

export const AUDIENCE = 'https://mcp.example/mcp'

/** What is laid over a good token; `undefined` removes a member. */
export interface Changes {
  readonly claims?: object
  readonly header?: object
}

type Credentials = Partial<PresentedCredentials>

/** A key, published under the id of another. */
export const under = (kid: string, key: SigningKey): SigningKey => ({
  ...key,
  kid,
  jwk: { ...key.jwk, kid },
})

/** A token of `issuer` that is good now for ten minutes, as changed. */
export function signedBy(
  key: SigningKey,
  issuer: string,
  { claims, header }: Changes = {},
): Promise<string> {
  const iat = Math.floor(Date.now() / 1_000)
  return new SignJWT({
    ...{ iss: issuer, sub: 'alice', aud: AUDIENCE, iat, exp: iat + 600 },
    ...claims,
  })
    .setProtectedHeader({ alg: String(key.jwk.alg), kid: key.kid, ...header })
    .sign(key.privateKey)
}

/** A verifier of the tokens of one issuer over real HTTP, which publishes one key to begin with. */
export async function openVerifier(
  key: SigningKey,
  options: Partial<JwtBearerVerifierOptions> = {},
) {
  const { issuer, answers, count } = await openIssuer({ clock: () => Date.now() })
  const publish = (...keys: readonly SigningKey[]): void => {
    answers[KEYS] = json({ keys: keys.map(({ jwk }) => jwk) })
  }
  publish(key)
  const verifier = createJwtBearerVerifier({ issuers: [issuer], audience: AUDIENCE, ...options })
  const mint = (signer: SigningKey, changes?: Changes): Promise<string> =>
    signedBy(signer, issuer.issuer, changes)
  const judge = (token: string, more: Credentials = {}): Promise<Claims> =>
    verifier.verify({
      credentials: { scheme: 'bearer', token: new Secret(token), ...more },
      method: 'POST',
      url: new URL(AUDIENCE),
    })
  /** The user, or the reason of the refusal. */
  const outcome = (token: string, more?: Credentials): Promise<unknown> =>
    judge(token, more).then(
      (claims) => claims['sub'],
      (error: unknown) => (error instanceof OnBehalfOfError ? error.details.reason : error),
    )
  const use = async (signer: SigningKey, changes?: Changes): Promise<unknown> =>
    outcome(await mint(signer, changes))
  return { issuer, publish, mint, judge, outcome, use, fetches: () => count(KEYS) }
}
